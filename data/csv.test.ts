import { describe, expect, test } from "bun:test";
import { uniforms } from "../core/random.ts";
import { readCsv } from "./csv.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function read(text: string | Uint8Array, adjusted = true) {
  const result = readCsv(typeof text === "string" ? encode(text) : text, adjusted);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  const { timeMs, open, high, low, close, volume, ...rest } = result.value;
  return {
    ...rest,
    timeMs: [...timeMs],
    open: [...open],
    high: [...high],
    low: [...low],
    close: [...close],
    volume: volume && [...volume],
  };
}

function refuse(text: string | Uint8Array) {
  const result = readCsv(typeof text === "string" ? encode(text) : text, true);
  if (result.ok) throw new Error("was read");
  return result.error;
}

const HEADER = "Date,Open,High,Low,Close,Volume";
const at = (year: number, month: number, ...rest: readonly number[]) => Date.UTC(year, month - 1, ...rest);
const DAY_2 = at(2020, 1, 2);
const DAY_3 = at(2020, 1, 3);

describe("the same bars in any clothes", () => {
  const plain = `${HEADER}\n2020-01-02,10,12,9,11,100\n2020-01-03,11,13,10,12,200\n`;
  const expected = {
    timeMs: [DAY_2, DAY_3],
    open: [10, 11],
    high: [12, 13],
    low: [9, 10],
    close: [11, 12],
    volume: [100, 200],
    offsetMinutes: null,
    oddCells: [],
    interval: null,
    rows: { word: "line", first: 2 },
    notes: [],
  };

  test.each([
    ["LF", plain],
    ["no line break at the end", plain.trimEnd()],
    ["CRLF", plain.replaceAll("\n", "\r\n")],
    ["CR", plain.replaceAll("\n", "\r")],
    ["byte order mark", `\uFEFF${plain}`],
    ["semicolons", plain.replaceAll(",", ";")],
    ["tabs", plain.replaceAll(",", "\t")],
    ["quotes", plain.replace(/[^,\n]+/g, '"$&"')],
    ["blanks around cells", plain.replace(/[^,\n]+/g, " $& ")],
    ["lower case", plain.replace(HEADER, HEADER.toLowerCase())],
    ["upper case", plain.replace(HEADER, HEADER.toUpperCase())],
    ["an unnamed first column", plain.replace("Date", "")],
    ["timestamp and vol", plain.replace("Date", "timestamp").replace("Volume", "Vol.")],
    ["stars and angle brackets", plain.replace(HEADER, "<DATE>,<OPEN>,<HIGH>,<LOW>,Close*,<VOL>")],
    [
      "another order and other columns",
      'low,Symbol,volume,close,Note,open,DateTime,high\n9,A,100,11,"x, ""y""",10,2020-01-02,12\n10,A,200,12,,11,2020-01-03,13\n',
    ],
    [
      "signs, leading zeros, bare dots and exponents",
      `${HEADER}\n2020-01-02,+10.,012,0.9e1,1.1E+1,1e2\n2020-01-03,11,13,10,12,200\n`,
    ],
    ["dates with slashes", plain.replaceAll("2020-01-", "2020/01/")],
    ["compact dates", plain.replaceAll("2020-01-", "202001")],
    ["epoch seconds", plain.replace("2020-01-02", String(DAY_2 / 1000)).replace("2020-01-03", String(DAY_3 / 1000))],
    ["epoch milliseconds", plain.replace("2020-01-02", String(DAY_2)).replace("2020-01-03", String(DAY_3))],
    ["midnights", plain.replaceAll(/2020-01-0\d/g, "$& 00:00:00")],
  ] as const)("%s", (_name, text) => {
    expect(read(text)).toEqual(expected);
  });

  test("blank lines become rows without content, so that lines keep their numbers", () => {
    const table = read(`\n${plain.replaceAll("\n", "\n\n,,,\n")}  \n`);
    expect(table.rows.first).toBe(3);
    expect(table.timeMs).toEqual([NaN, NaN, DAY_2, NaN, NaN, DAY_3, NaN, NaN, NaN]);
    expect(table.close).toEqual([NaN, NaN, 11, NaN, NaN, 12, NaN, NaN, NaN]);
    expect(table.oddCells).toEqual([]);
  });
});

describe("times", () => {
  const minutes = (...times: readonly string[]) => `${HEADER}\n${times.map((time) => `${time},1,1,1,1,1\n`).join("")}`;

  test("with a time of day, seconds, fractions and offsets", () => {
    const table = read(
      minutes(
        "2020-01-02T09:30",
        "2020-01-02 09:31:00",
        "2020-01-02T09:32:00.500",
        "2020-01-02T09:33Z",
        "2020-01-02T09:34:00+00:00",
        "2020-01-02 04:35:00-05:00",
      ),
    );
    expect(table.timeMs).toEqual([30, 31, 32 + 0.5 / 60, 33, 34, 35].map((minute) => DAY_2 + 9 * 3_600_000 + minute * 60_000));
    expect([...(table.offsetMinutes ?? [])]).toEqual([-32768, -32768, -32768, 0, 0, -300]);
  });

  test("US dates with AM and PM", () => {
    expect(read(minutes("1/2/2020 9:30 AM", "1/2/2020 3:59:00 PM")).timeMs).toEqual([
      at(2020, 1, 2, 9, 30),
      at(2020, 1, 2, 15, 59),
    ]);
  });

  test("a date column and a time column beside it belong together, in either order", () => {
    const expected = [at(2020, 1, 2, 9, 30), at(2020, 1, 2, 9, 31)];
    expect(read("Date,Time,Open,High,Low,Close\n2020-01-02,09:30,1,1,1,1\n2020-01-02,09:31,1,1,1,1\n").timeMs).toEqual(expected);
    expect(read("Time,Date,Open,High,Low,Close\n09:30,01/02/2020,1,1,1,1\n09:31,01/02/2020,1,1,1,1\n").timeMs).toEqual(expected);
  });

  test("US dates, and day-first dates that show it by a day above 12", () => {
    expect(read(minutes("12/31/2019", "01/03/2020")).timeMs).toEqual([at(2019, 12, 31), DAY_3]);
    const dayFirst = read(minutes("03/01/2020", "31/12/2019"));
    expect(dayFirst.timeMs).toEqual([DAY_3, at(2019, 12, 31)]);
    expect(dayFirst.notes).toEqual([]);
  });

  test("dates that could be either are read as month/day, with a warning", () => {
    const table = read(minutes("01/02/2020", "01/03/2020"));
    expect(table.timeMs).toEqual([DAY_2, DAY_3]);
    expect(table.notes.map(({ code }) => code)).toEqual(["ambiguous_dates"]);
  });

  test("dates that contradict each other, and dates that do not exist, are kept as text", () => {
    expect(read(minutes("31/12/2020", "12/31/2020")).oddCells).toEqual([
      { row: 0, column: "time", text: "31/12/2020", kind: "text" },
    ]);
    expect(read(minutes("2020-02-30", "2020-13-01", "12")).oddCells.map(({ text }) => text)).toEqual([
      "2020-02-30",
      "2020-13-01",
      "12",
    ]);
  });
});

describe("cells that hold no number", () => {
  const withCell = (cell: string) => read(`${HEADER}\n2020-01-02,10,12,9,${cell},100\n`);

  test.each(["", "null", "NULL", "NA", "N/A", "None", "-", " ", '""'])("%p is an empty cell", (cell) => {
    expect(withCell(cell).close).toEqual([NaN]);
    expect(withCell(cell).oddCells).toEqual([]);
  });

  test.each(["abc", "1.2.3", "12px", "--", "1e", "0x10", "$5", '"1,234.5"', "1 2"])("%p is text", (cell) => {
    expect(withCell(cell).oddCells).toEqual([{ row: 0, column: "close", text: cell.replaceAll('"', ""), kind: "text" }]);
  });

  test("NaN among numbers is kept apart; a row of nothing but NaN is a missing bar", () => {
    expect(withCell("nan").oddCells).toEqual([{ row: 0, column: "close", text: "nan", kind: "nan" }]);
    const missing = read(`${HEADER}\n2020-01-02,NaN,NaN,NaN,NaN,NaN\n`);
    expect(missing.oddCells).toEqual([]);
    expect(missing.close).toEqual([NaN]);
  });

  test("an infinity stays one, overflow included", () => {
    for (const cell of ["inf", "Infinity", "1e400"]) expect(withCell(cell).close).toEqual([Infinity]);
    expect(withCell("-inf").close).toEqual([-Infinity]);
  });

  test("more than 10,000 of them stop the reading, naming the first", () => {
    expect(refuse(`${HEADER}\n${"2020-01-02,a,b,c,d,1\n".repeat(4000)}`)).toMatchObject({
      code: "bad_data",
      findings: [{ path: "line 2" }],
    });
  });
});

describe("columns", () => {
  test("without volume there is none", () => {
    expect(read("Date,Open,High,Low,Close\n2020-01-02,10,12,9,11\n").volume).toBeNull();
  });

  test.each(["Adj Close", "adj_close", "Adjusted Close", "AdjClose"])(
    "%s scales the prices, unless adjusted is false",
    (name) => {
      const text = `Date,Open,High,Low,Close,${name},Volume\n2020-01-02,10,12,9,11,5.5,100\n2020-01-03,,,,,,0\n`;
      const table = read(text);
      expect([table.open, table.high, table.low, table.close]).toEqual([
        [5, NaN],
        [6, NaN],
        [4.5, NaN],
        [5.5, NaN],
      ]);
      expect(table.volume).toEqual([100, 0]);
      expect(table.notes.map(({ code }) => code)).toEqual(["adjusted_prices"]);
      const raw = read(text, false);
      expect([raw.open, raw.close, raw.notes]).toEqual([[10, NaN], [11, NaN], []]);
    },
  );

  test("a header of three lines with one ticker is taken as one", () => {
    const table = read("Price,Close,High,Low,Open,Volume\nTicker,A,A,A,A,A\nDate,,,,,\n2020-01-02,11,12,9,10,100\n");
    expect([table.timeMs, table.open, table.close, table.rows.first]).toEqual([[DAY_2], [10], [11], 4]);
    expect(refuse("Price,Close,Close,Open\nTicker,A,B,A\nDate,,,\n").detail).toContain("two columns are called close");
    expect(refuse("Price,Open,High,Low,Close\nTicker,A,A,A,B\nDate,,,,\n").detail).toContain("no date column");
  });

  test("a close without its adjusted close is an odd cell", () => {
    expect(read("Date,Open,High,Low,Close,Adj Close\n2020-01-02,10,12,9,11,\n").oddCells).toEqual([
      { row: 0, column: "adj_close", text: "", kind: "text" },
    ]);
  });

  test("scaled prices keep their order, so that rounding makes no bad bars", () => {
    const next = uniforms(5);
    for (let k = 0; k < 2000; k++) {
      const [low, high] = [1 + next(), 2 + next()];
      const table = read(`date,open,high,low,close,adj close\n2020-01-02,${low},${high},${low},${high},${high * next()}\n`);
      expect(table.open).toEqual(table.low);
      expect(table.close).toEqual(table.high);
    }
  });
});

describe("long files", () => {
  test("more rows than the first ones let expect find their place", () => {
    const times = Array.from({ length: 5000 }, (_, i) => at(2020, 1, 2, 0, i));
    const rows = times.map(
      (time, i) => `${new Date(time).toISOString()},${i},${i},${i},${i},${i},${i < 2 ? "x".repeat(40_000) : ""}\n`,
    );
    const table = read(`${HEADER},note\n${rows.join("")}`);
    expect(table.timeMs).toEqual(times);
    expect(table.close).toEqual(times.map((_, i) => i));
    expect([...(table.offsetMinutes ?? [])]).toEqual(times.map(() => 0));
  });
});

describe("numbers", () => {
  test("are the nearest doubles, as the runtime parses them", () => {
    const next = uniforms(11);
    const digits = (n: number) => Array.from({ length: n }, () => Math.floor(next() * 10)).join("");
    const texts: string[] = [
      "0",
      "0.1",
      "9007199254740993",
      "123456789012345",
      "1234567890123456",
      "0.000000000000001",
      "4.35",
      "1.005",
    ];
    while (texts.length < 20_000) {
      const whole = digits(1 + Math.floor(next() * 12));
      const tail = next() < 0.8 ? `.${digits(1 + Math.floor(next() * 12))}` : "";
      texts.push(next() < 0.05 ? `${whole}${tail}e-${Math.floor(next() * 30)}` : whole + tail);
    }
    const table = read(`${HEADER}\n${texts.map((text) => `2020-01-02,1,1,1,${text},${text}`).join("\n")}`);
    expect(table.close).toEqual(texts.map(Number));
    expect(table.volume).toEqual(texts.map(Number));
  });
});

describe("files that cannot be read", () => {
  test.each([
    ["an empty file", "", "no_data", "empty"],
    ["nothing but line breaks", "\n\r\n \n", "no_data", "empty"],
    ["a header alone", `${HEADER}\n`, "no_data", "no rows"],
    ["no date column", "Open,High,Low,Close\n1,1,1,1\n", "bad_data", 'there is no date column among "Open"'],
    ["no close column", "Date,Open,High,Low\n2020-01-02,1,1,1\n", "bad_data", "there is no close column"],
    ["no open column", "Date,High,Low,Close\n2020-01-02,1,1,1\n", "bad_data", "there is no open column"],
    ["two columns of one name", "Date,Open,High,Low,Close,close\n", "bad_data", "two columns are called close"],
    ["no header", "2020-01-02,1,2,1,2,5\n", "bad_data", "line 1 seems to hold data already"],
    [
      "too few fields",
      `${HEADER}\n2020-01-02,1,2,1,2,5\n2020-01-03,1,2,1\n`,
      "bad_data",
      "line 3: the row has 4 fields, the header has 6",
    ],
    ["too many fields", `${HEADER}\n2020-01-02,1,2,1,2,5,9,9\n`, "bad_data", "line 2: the row has 8 fields"],
    ["an open quote", `${HEADER}\n2020-01-02,"1,2,1,2,5\n`, "bad_data", "line 2: a quote is not closed"],
    ["an open quote in the header", `"${HEADER}\n`, "bad_data", "line 1: a quote is not closed"],
    ["a web page", "<!doctype html>\n<html></html>\n", "bad_data", "there is no date column"],
  ] as const)("%s", (_name, text, code, message) => {
    const error = refuse(text);
    expect(error.code).toBe(code);
    expect(error.detail).toContain(message);
  });

  test.each([
    ["UTF-16, little-endian", Uint8Array.of(0xff, 0xfe, 0x44, 0), "UTF-16"],
    ["UTF-16, big-endian", Uint8Array.of(0xfe, 0xff, 0, 0x44), "UTF-16"],
    ["UTF-16 without a mark", Uint8Array.of(0x44, 0, 0x61, 0), "byte 1 is 0x00"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), "packed"],
    ["zip", Uint8Array.of(0x50, 0x4b, 3, 4), "packed"],
    ["control characters", encode(`${HEADER}\n\u0007`), "is 0x07"],
  ] as const)("%s", (_name, bytes, message) => {
    expect(refuse(bytes)).toMatchObject({ code: "bad_data", detail: expect.stringContaining(message) });
  });

  test("random bytes are refused or read, never thrown at the caller", () => {
    const next = uniforms(3);
    const alphabet = encode(`${HEADER}\n\r",;.-0123456789/:TZ \t`);
    for (let k = 0; k < 2000; k++) {
      const noise = Uint8Array.from({ length: Math.floor(next() * 80) }, () => alphabet[Math.floor(next() * alphabet.length)]!);
      const result = readCsv(encode(`${HEADER}\n`.slice(0, k % 40) + new TextDecoder().decode(noise)), true);
      if (!result.ok) expect(["bad_data", "no_data"]).toContain(result.error.code);
      else expect(result.value.close).toHaveLength(result.value.timeMs.length);
    }
  });
});
