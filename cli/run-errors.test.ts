import { describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { backgrid, barsFile, FOUR_BARS, fileOf, HEADER, WAVE } from "./test-session.ts";

const SAMPLE = ["--source", "sample"];
const CROSS = [...SAMPLE, "--strategy", "ma_crossover"];

/** A refused command line ends with its code, says why on stderr, prints nothing on stdout and shows no stack. */
async function refused(args: readonly string[], exitCode: number, ...words: readonly string[]) {
  const told = await backgrid(args);
  expect({ exitCode: told.exitCode, out: told.out }).toEqual({ exitCode, out: "" });
  expect(told.errors).toStartWith("error: ");
  expect(told.errors).not.toMatch(/\n\s+at |\.ts:\d|undefined|\[object/);
  for (const word of words) expect(told.errors).toContain(word);
}

describe("bad input ends with 2 and names the flag, the value and what is allowed", () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    [
      "no bars to run on",
      ["--strategy", "momentum"],
      ["--symbol AAPL", "--file prices.csv", "--source sample --symbol SAMPLE-TREND"],
    ],
    ["no strategy", SAMPLE, ["--strategy must be one of buy_and_hold, ma_crossover", "supertrend", "got nothing"]],
    ["an unknown strategy", [...SAMPLE, "--strategy", "smaa"], ["--strategy must be one of", "ma_crossover", '"smaa"']],
    [
      "an unknown source",
      ["--source", "bloom", "--strategy", "momentum"],
      ["--source must be one of yahoo, dataset, sample, file", '"bloom"'],
    ],
    ["bars inside the request", ["--source", "inline", "--strategy", "momentum"], ["--source must be one of", '"inline"']],
    ["Yahoo without a symbol", ["--source", "yahoo", "--strategy", "momentum"], ["--source yahoo needs --symbol"]],
    ["a dataset without a symbol", ["--source", "dataset", "--strategy", "momentum"], ["--source dataset needs --symbol"]],
    [
      "Yahoo and a file",
      ["--source", "yahoo", "--file", "x.csv", "--strategy", "momentum"],
      ["--source yahoo reads no file", '"x.csv"'],
    ],
    ["source file without a file", ["--source", "file", "--strategy", "momentum"], ["--source file needs --file"]],
    ["a sample and a file", [...CROSS, "--file", "x.csv"], ["--source sample reads no file", '"x.csv"']],
    ["a window of 0", [...CROSS, "--fast", "0"], ["--fast must be a whole number from 1 to 5000: got 0"]],
    ["a negative window", [...CROSS, "--fast", "-5"], ["--fast must be a whole number from 1 to 5000: got -5"]],
    ["a window with letters", [...CROSS, "--fast", "10x"], ['--fast must be a whole number from 1 to 5000: got "10x"']],
    ["a window that is none", [...CROSS, "--fast", ""], ['--fast must be a whole number from 1 to 5000: got ""']],
    ["fast not below slow", [...CROSS, "--fast", "30", "--slow", "30"], ["--fast must be less than slow", "fast 30, slow 30"]],
    ["a parameter of another strategy", [...CROSS, "--lookback", "3"], ["--lookback is not a parameter", "fast, slow, average"]],
    ["an unknown --param", [...CROSS, "--param", "fsat=3"], ["--param fsat is not a parameter", "fast, slow, average"]],
    ["a --param without value", [...CROSS, "--param", "fast"], ["--param must be name=value", '"fast"']],
    ["a parameter given in both ways", [...CROSS, "--fast", "3", "--param", "fast=4"], ["--param fast is given twice"]],
    ["a flag given twice", [...CROSS, "--fast", "3", "--fast", "4"], ['--fast is given twice: "3" and "4"']],
    ["a flag and its alias", [...CROSS, "--fees", "0", "--commission", "0"], ["--commission", "fees"]],
    ["a flag without value", [...CROSS, "--fast"], ["--fast", "missing"]],
    ["a flag in the place of a value", [...CROSS, "--fast", "--slow", "9"], ["--fast needs a value: got the flag --slow"]],
    ["an unknown flag", [...CROSS, "--fst", "3"], ["--fst", "--fast"]],
    ["a stray word", [...CROSS, "now"], ["now"]],
    ["a cost beyond the numbers", [...CROSS, "--commission", "1e400"], ["--commission must be a number", "below 1", '"1e400"']],
    ["a cost that is NaN", [...CROSS, "--slippage", "NaN"], ["--slippage must be a number", '"NaN"']],
    ["no cash", [...CROSS, "--cash", "0"], ["cash must be a number (money) above 0: got 0"]],
    ["an empty stop", [...CROSS, "--stop-loss", ""], ["--stop-loss must be a fraction of the entry price above 0", '""']],
    ["a sizing without value", [...CROSS, "--sizing", "all"], ["--sizing must be percent_equity:1", '"all"']],
    ["an unknown sizing", [...CROSS, "--sizing", "all:1"], ["--sizing: its type must be one of percent_equity", '"all"']],
    ["a sizing of nothing", [...CROSS, "--sizing", "cash:"], ["--sizing: its value must be a number above 0", '""']],
    ["a split without ratio", [...CROSS, "--split", "2020-08-31"], ["--split must be a day and a ratio", '"2020-08-31"']],
    ["a split on no day", [...CROSS, "--no-adjusted", "--split", "soon:4"], ["--split: its time must be a day", '"soon"']],
    ["a split of adjusted prices", [...CROSS, "--split", "2020-08-31:4"], ["--split needs --no-adjusted"]],
    [
      "an end before the start",
      [...CROSS, "--start", "2020-02-01", "--end", "2020-01-01"],
      ["--end must not be before start", "2020-01-01"],
    ],
    ["a day that does not exist", [...CROSS, "--start", "2020-02-30"], ["--start must be a day", '"2020-02-30"']],
    ["an unknown interval", [...CROSS, "--interval", "2d"], ["--interval must be one of 1m, 5m", '"2d"']],
    ["another interval than the data's", [...CROSS, "--interval", "5m"], ["--interval is 5m, but the bars are 1d"]],
    ["an unknown engine", [...CROSS, "--engine", "gpu"], ['--engine must be one of auto, ts, wasm: got "gpu"']],
    ["a list of no trades", [...CROSS, "--trades", "0"], ['--trades must be a whole number of at least 1, or all: got "0"']],
    ["a symbol that is none", [...CROSS, "--symbol", "A B"], ["--symbol must look like AAPL", '"A B"']],
  ])("%s", async (_what, args, words) => {
    await refused(["run", ...args], 2, ...words);
  });

  test("a file whose name is no symbol needs --symbol", async () => {
    const file = fileOf(FOUR_BARS, "my prices (2).csv");
    await refused(["run", "--file", file, "--strategy", "buy_and_hold"], 2, "--symbol is missing");
    expect((await backgrid(["run", "--file", file, "--strategy", "buy_and_hold", "--symbol", "mine"])).exitCode).toBe(0);
  });

  test("a file's name tells the symbol up to an underscore", async () => {
    const file = fileOf(FOUR_BARS, "aapl_2020.csv");
    const { out } = await backgrid(["run", "--file", file, "--strategy", "buy_and_hold", "--json"]);
    expect(JSON.parse(out).symbol).toBe("AAPL");
  });

  test("every offending flag is named, one a line", async () => {
    const { errors } = await backgrid(["run", ...CROSS, "--fast", "0", "--commission", "2", "--fill", "noon"]);
    expect(errors.trimEnd().split("\n")).toHaveLength(3);
    for (const flag of ["--fast", "--commission", "--fill"]) expect(errors).toContain(`${flag} must be`);
  });
});

describe("no data or bad data ends with 3 and names the row", () => {
  const rows = (...lines: readonly string[]) => `${[HEADER, ...lines].join("\n")}\n`;
  const FIRST = "2024-01-02,10,11,9,10,1";

  test.each<readonly [string, string, readonly string[]]>([
    ["an empty file", "", ["empty"]],
    ["a header without rows", rows(), ["no rows"]],
    ["text in a price", rows(FIRST, "2024-01-03,10,abc,9,10,1"), ["line 3", "high", '"abc"']],
    ["NaN in a price", rows(FIRST, "2024-01-03,10,NaN,9,10,1"), ["line 3", "high is NaN"]],
    ["a negative price", rows(FIRST, "2024-01-03,10,11,-9,10,1"), ["line 3", "low is -9"]],
    ["a price of zero", rows(FIRST, "2024-01-03,0,11,0,10,1"), ["line 3", "open is 0"]],
    ["a high below the low", rows(FIRST, "2024-01-03,10,9,11,10,1"), ["line 3", "high 9 is below low 11"]],
    ["two different bars on one day", rows(FIRST, "2024-01-02,10,11,9,11,1"), ["line 3", "2024-01-02"]],
    ["a bar in the future", rows(FIRST, "2999-01-04,10,11,9,10,1"), ["line 3", "2999-01-04", "future"]],
    [
      "rows with and without an offset",
      rows("2024-01-02T10:00:00Z,10,11,9,10,1", "2024-01-02T10:01:00,10,11,9,10,1"),
      ["line 3", "offset"],
    ],
    [
      "a split that is not listed",
      rows("2024-01-02,40,41,39,40,1", "2024-01-03,10,11,9,10,1"),
      ["line 3", "4:1", "--split", "--data-quality"],
    ],
  ])("%s", async (_what, text, words) => {
    await refused(["run", "--file", fileOf(text), "--strategy", "buy_and_hold", "--no-adjusted"], 3, ...words);
  });

  test("a file that does not exist", () =>
    refused(["run", "--file", "nowhere.csv", "--strategy", "buy_and_hold"], 3, '"nowhere.csv"'));

  test("a folder in the place of a file", () =>
    refused(["run", "--file", tmpdir(), "--symbol", "A", "--strategy", "buy_and_hold"], 3, "is a directory"));

  test("an unknown sample", () => refused(["run", ...CROSS, "--symbol", "SAMPLE-X"], 3, '"SAMPLE-X"', "SAMPLE-RANGE"));

  test("a range without bars", () =>
    refused(["run", ...CROSS, "--start", "2030-01-01"], 3, "no bars", "1990-01-02 to 2024-12-31"));

  test("a window longer than the data", () =>
    refused(
      ["run", "--file", barsFile(WAVE), "--strategy", "ma_crossover", "--slow", "61"],
      3,
      "at least 61 bars",
      "60",
      "--warmup",
    ));

  test("several offending rows are named below the first", async () => {
    const text = rows(FIRST, "2024-01-03,10,9,11,10,1", "2024-01-04,10,8,11,10,1");
    const { errors } = await backgrid(["run", "--file", fileOf(text), "--strategy", "buy_and_hold"]);
    expect(errors).toMatch(/^error: line 3: .*\n {7}line 4: high 8 is below low 11\n$/);
  });
});

describe("a failure under --json", () => {
  test("is an RFC 9457 problem on stdout, with the flags as paths", async () => {
    const { exitCode, out, errors } = await backgrid(["run", ...CROSS, "--fast", "x", "--stop-loss", "-1", "--json"]);
    expect({ exitCode, errors }).toEqual({ exitCode: 2, errors: "" });
    const problem = JSON.parse(out);
    expect(problem).toMatchObject({ type: "about:blank", title: "Bad Request", status: 400, code: "invalid_request" });
    expect(problem.errors.map((error: { path: string }) => error.path).sort()).toEqual(["--fast", "--stop-loss"]);
    expect(problem.detail).toEndWith("(and 1 more)");
  });

  test("has the status of its code, and rows as paths", async () => {
    const file = fileOf(`${HEADER}\n2024-01-02,10,9,11,10,1\n`);
    const bad = await backgrid(["run", "--file", file, "--strategy", "buy_and_hold", "--json"]);
    expect(bad.exitCode).toBe(3);
    expect(JSON.parse(bad.out)).toMatchObject({ status: 422, code: "bad_data", errors: [{ path: "line 2" }] });
    const missing = await backgrid(["run", "--file", "nowhere.csv", "--strategy", "buy_and_hold", "--json"]);
    expect(JSON.parse(missing.out)).toMatchObject({ status: 404, code: "not_found", title: "Not Found" });
  });

  test("an unknown flag is one too", async () => {
    const { exitCode, out } = await backgrid(["run", ...CROSS, "--json", "--colour", "red"]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ status: 400, code: "invalid_request", errors: [{ path: "--colour" }] });
  });
});

describe("own signals", () => {
  const signals = (text: string) => [
    "run",
    "--file",
    fileOf(FOUR_BARS),
    "--strategy",
    "signals",
    "--signals",
    fileOf(text, "s.txt"),
  ];

  test("are read from a file, one a line, taken as they stand", async () => {
    const { out, exitCode } = await backgrid([...signals("signal\nLong\n\nexit\n\n"), "--json"]);
    expect(exitCode).toBe(0);
    const { strategy, trades } = JSON.parse(out);
    expect(strategy).toBe("signals");
    expect(trades.map((trade: { entry_bar: number; exit_bar: number }) => [trade.entry_bar, trade.exit_bar])).toEqual([[1, 3]]);
  });

  test.each([
    ["another word", signals("long\n\nbuy\n\n"), ["--signals line 3 must be long, short, exit or nothing", '"buy"']],
    ["too few", signals("long\n"), ["--signals must hold one entry for each row of the data: got 1 for 4 rows"]],
    [
      "no such file",
      ["run", "--file", fileOf(FOUR_BARS), "--strategy", "signals", "--signals", "/no/such"],
      ["--signals must be a text file"],
    ],
    ["a direction", [...signals("\n\n\n\n"), "--direction", "long"], ["--direction may not be given with the strategy signals"]],
    ["none", ["run", "--file", fileOf(FOUR_BARS), "--strategy", "signals"], ["--signals must be a list", "got nothing"]],
  ])("are refused with what is wrong: %s", async (_what, args, words) => {
    await refused(args, 2, ...words);
  });
});
