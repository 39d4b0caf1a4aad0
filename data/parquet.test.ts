import { describe, expect, test } from "bun:test";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer, schemaFromColumnData } from "hyparquet-writer";
import { gate } from "../core/gate/gate.ts";
import { WHOLE_RANGE } from "../core/gate/range.ts";
import { isParquet, readParquet } from "./parquet.ts";
import { zoneOffsets } from "./zone.ts";

const DAYS = [Date.UTC(2020, 0, 2), Date.UTC(2020, 0, 3), Date.UTC(2020, 0, 6)];
const dates = DAYS.map((ms) => new Date(ms));

const PRICES: ColumnSource[] = [
  { name: "Open", data: [10, 11, 12.5], type: "DOUBLE" },
  { name: "High", data: [12, 13, 14], type: "DOUBLE" },
  { name: "Low", data: [9, 10, 11], type: "DOUBLE" },
  { name: "Close", data: [11, 12, 13.25], type: "DOUBLE" },
  { name: "Volume", data: [100n, 200n, 300n], type: "INT64" },
];

type Options = Partial<Parameters<typeof parquetWriteBuffer>[0]>;

function write(columnData: ColumnSource[], options: Options = {}): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData, ...options }));
}

/** A time column of an explicit Parquet type before the prices. */
function withTime(element: Omit<SchemaElement, "name">, data: unknown[], options: Options = {}): Uint8Array {
  const columnData = [{ name: "Date", data }, ...PRICES];
  const schema = schemaFromColumnData({ columnData, schemaOverrides: { Date: { name: "Date", ...element } } });
  const untyped = columnData.map(({ name, data: cells }): ColumnSource => ({ name, data: cells }));
  return write(untyped, { schema, ...options });
}

async function read(file: Uint8Array, adjusted = true) {
  const result = await readParquet(file, adjusted);
  if (!result.ok) throw new Error(result.error.detail);
  const { timeMs, open, close, volume, ...rest } = result.value;
  return { ...rest, raw: result.value, timeMs: [...timeMs], open: [...open], close: [...close], volume: volume && [...volume] };
}

async function refuse(file: Uint8Array) {
  const result = await readParquet(file, true);
  if (result.ok) throw new Error("was read");
  return result.error;
}

const dailyBars = (raw: Awaited<ReturnType<typeof read>>["raw"]) =>
  gate(raw, {
    nowMs: Date.UTC(2030, 0, 1),
    dataQuality: "fail",
    adjusted: true,
    splits: [],
    range: WHOLE_RANGE,
    warmupBars: 0,
    interval: null,
  });

describe("times", () => {
  test.each([
    ["milliseconds", withTime({ type: "INT64", converted_type: "TIMESTAMP_MILLIS" }, dates)],
    ["microseconds", withTime({ type: "INT64", converted_type: "TIMESTAMP_MICROS" }, dates)],
    [
      "nanoseconds",
      withTime({ type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" } }, dates),
    ],
    ["days", withTime({ type: "INT32", converted_type: "DATE" }, dates)],
    ["text", write([{ name: "date", data: ["2020-01-02", "2020-01-03", "2020-01-06"], type: "STRING" }, ...PRICES])],
    ["epoch milliseconds", write([{ name: "timestamp", data: DAYS.map(BigInt), type: "INT64" }, ...PRICES])],
    ["epoch seconds", write([{ name: "time", data: DAYS.map((ms) => ms / 1000), type: "DOUBLE" }, ...PRICES])],
    ["compact dates", write([{ name: "", data: [20200102, 20200103, 20200106], type: "INT32" }, ...PRICES])],
    ["an index that pandas stored", write([...PRICES, { name: "__index_level_0__", data: dates, type: "TIMESTAMP" }])],
  ] as const)("as %s", async (_name, file) => {
    const table = await read(file);
    expect(table.timeMs).toEqual(DAYS);
    expect(table.open).toEqual([10, 11, 12.5]);
    expect(table.close).toEqual([11, 12, 13.25]);
    expect(table.volume).toEqual([100, 200, 300]);
    expect(table.rows).toEqual({ word: "row", first: 1 });
    expect(table.oddCells).toEqual([]);
  });

  test("text with offsets keeps them", async () => {
    const texts = ["2020-01-02T00:00:00-05:00", "2020-01-03T00:00:00-05:00", "2020-01-06T00:00:00-04:00"];
    const table = await read(write([{ name: "date", data: texts, type: "STRING" }, ...PRICES]));
    expect([...(table.offsetMinutes ?? [])]).toEqual([-300, -300, -240]);
  });

  test("the time zone that pandas noted gives the local date", async () => {
    const midnightInTokyo = DAYS.map((ms) => new Date(ms - 9 * 3_600_000));
    const note = { columns: [{ name: "Date", field_name: "Date", metadata: { timezone: "Asia/Tokyo" } }] };
    const file = withTime({ type: "INT64", converted_type: "TIMESTAMP_MICROS" }, midnightInTokyo, {
      kvMetadata: [{ key: "pandas", value: JSON.stringify(note) }],
    });
    const table = await read(file);
    expect(table.timeMs).toEqual(midnightInTokyo.map(Number));
    expect([...(table.offsetMinutes ?? [])]).toEqual([540, 540, 540]);
    const gated = dailyBars(table.raw);
    expect(gated.ok && [...gated.value.bars.timeMs]).toEqual(DAYS);
  });

  test("a zone's offset follows summer time, and an unknown zone has none", () => {
    const newYork = zoneOffsets("America/New_York");
    expect(
      [Date.UTC(2024, 0, 2), Date.UTC(2024, 6, 2), Date.UTC(2024, 2, 10, 6, 59), Date.UTC(2024, 2, 10, 7)].map((ms) =>
        newYork?.(ms),
      ),
    ).toEqual([-300, -240, -300, -240]);
    expect(zoneOffsets("Asia/Kolkata")?.(0)).toBe(330);
    expect(zoneOffsets("Mars/Olympus")).toBeNull();
  });
});

describe("cells", () => {
  const time: ColumnSource = { name: "date", data: dates, type: "TIMESTAMP" };
  const closes = (data: unknown[], type: "DOUBLE" | "STRING" = "DOUBLE") =>
    write([time, ...PRICES.with(3, { name: "Close", data, type })]);

  test("null is an empty cell, NaN among numbers is kept apart, an infinity stays", async () => {
    const table = await read(closes([null, Number.NaN, Infinity]));
    expect(table.close).toEqual([NaN, NaN, Infinity]);
    expect(table.oddCells).toEqual([{ row: 1, column: "close", text: "NaN", kind: "nan" }]);
  });

  test("a row of nothing but NaN is a missing bar", async () => {
    const nan = [10, Number.NaN, 12];
    const table = await read(
      write([time, ...["open", "high", "low", "close"].map((name): ColumnSource => ({ name, data: nan, type: "DOUBLE" }))]),
    );
    expect(table.oddCells).toEqual([]);
    expect(table.close).toEqual(nan);
    expect(table.volume).toBeNull();
  });

  test("numbers written as text are numbers, other text is text", async () => {
    const table = await read(closes(["11.5", "abc", ""], "STRING"));
    expect(table.close).toEqual([11.5, NaN, NaN]);
    expect(table.oddCells).toEqual([{ row: 1, column: "close", text: "abc", kind: "text" }]);
  });

  test("a time that is none is text, a null time is empty", async () => {
    const table = await read(write([{ name: "date", data: ["2020-01-02", "soon", null], type: "STRING" }, ...PRICES]));
    expect(table.timeMs).toEqual([Date.UTC(2020, 0, 2), NaN, NaN]);
    expect(table.oddCells).toEqual([{ row: 1, column: "time", text: "soon", kind: "text" }]);
  });

  test("an adjusted close scales the prices, unless adjusted is false", async () => {
    const file = write([time, ...PRICES, { name: "Adj Close", data: [5.5, 6, 13.25], type: "DOUBLE" }]);
    expect((await read(file)).open).toEqual([5, 5.5, 12.5]);
    expect((await read(file, false)).open).toEqual([10, 11, 12.5]);
  });
});

describe("files", () => {
  const time: ColumnSource = { name: "date", data: dates, type: "TIMESTAMP" };

  const codecs: readonly (readonly [
    "UNCOMPRESSED" | "SNAPPY" | "GZIP" | "BROTLI" | "ZSTD",
    NonNullable<Options["compressors"]>,
  ])[] = [
    ["UNCOMPRESSED", {}],
    ["SNAPPY", {}],
    ["GZIP", { GZIP: (input: Uint8Array) => gzipSync(input) }],
    ["BROTLI", { BROTLI: (input: Uint8Array) => brotliCompressSync(input) }],
    ["ZSTD", { ZSTD: (input: Uint8Array) => zstdCompressSync(input) }],
  ];
  test.each(codecs)("packed as %s are read", async (codec, compressors) => {
    const file = write([time, ...PRICES], { codec, compressors });
    expect(isParquet(file)).toBe(true);
    expect((await read(file)).close).toEqual([11, 12, 13.25]);
  });

  test("several row groups follow each other", async () => {
    expect((await read(write([time, ...PRICES], { rowGroupSize: 1 }))).close).toEqual([11, 12, 13.25]);
  });

  test("a missing column is named", async () => {
    expect(await refuse(write([time, ...PRICES.slice(0, 3)]))).toMatchObject({
      code: "bad_data",
      detail: expect.stringContaining("there is no close column"),
    });
    expect((await refuse(write(PRICES))).detail).toContain("there is no date column");
  });

  test("no rows are no_data", async () => {
    const empty = [time, ...PRICES].map((column): ColumnSource => ({ ...column, data: [] }));
    expect((await refuse(write(empty))).code).toBe("no_data");
  });

  test("a file cut short or full of noise is bad_data, never an exception", async () => {
    const file = write([time, ...PRICES]);
    expect((await refuse(file.subarray(0, file.length - 20))).code).toBe("bad_data");
    for (let at = 4; at < file.length; at += 7) {
      const broken = file.slice();
      broken[at] = broken[at]! ^ 0x5a;
      const result = await readParquet(broken, true);
      if (!result.ok) expect(["bad_data", "no_data"]).toContain(result.error.code);
    }
  });
});
