import { describe, expect, test } from "bun:test";
import { backgrid, barsFile, FOUR_BARS, fileOf, HEADER, WAVE } from "./test-session.ts";

const CROSS = ["--source", "sample", "--strategy", "ma_crossover"];

/** A refused command line ends with its code, says why on stderr, prints nothing on stdout and shows no stack. */
async function refused(args: readonly string[], exitCode: number, ...words: readonly string[]) {
  const told = await backgrid(["sweep", ...args]);
  expect({ exitCode: told.exitCode, out: told.out }).toEqual({ exitCode, out: "" });
  expect(told.errors).toStartWith("error: ");
  expect(told.errors).not.toMatch(/\n\s+at |\.ts:\d|undefined|\[object|params\./);
  for (const word of words) expect(told.errors).toContain(word);
}

describe("bad input ends with 2 and names the flag, the value and what is allowed", () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    ["no bars to sweep on", ["--strategy", "momentum"], ["--symbol AAPL", "--file prices.csv"]],
    ["an unknown strategy", ["--source", "sample", "--strategy", "smaa"], ["--strategy must be one of buy_and_hold", '"smaa"']],
    ["own signals", ["--source", "sample", "--strategy", "signals"], ["--strategy must be one of buy_and_hold", '"signals"']],
    [
      "a range of four",
      [...CROSS, "--fast", "5:50:5:1"],
      ["--fast must be a value, a list such as 5,10,20 or a range from:to:step", '"5:50:5:1"'],
    ],
    ["a range without an end", [...CROSS, "--param", "fast=5:"], ["--fast must be a value, a list", '"5:"']],
    ["a range that runs down", [...CROSS, "--fast", "50:5"], ["--fast: its to must be at least its from: got 5 after 50"]],
    ["a step of nothing", [...CROSS, "--fast", "5:50:0"], ["--fast: its step must be a whole number above 0: got 0"]],
    ["a range with letters", [...CROSS, "--fast", "5:x"], ['--fast: its to must be a whole number from 1 to 5000: got "x"']],
    [
      "no step between fractions",
      ["--source", "sample", "--strategy", "supertrend", "--multiplier", "1:3"],
      ["--multiplier: its step must be a number above 0: got nothing"],
    ],
    ["a value beyond its limits", [...CROSS, "--fast", "5,0"], ["--fast must be a whole number from 1 to 5000: got 0"]],
    ["an empty value", [...CROSS, "--fast", "5,,6"], ['--fast must be a whole number from 1 to 5000: got ""']],
    ["a value twice", [...CROSS, "--fast", "5,6,5"], ["--fast must hold every value once: got 5 at 0 and at 2"]],
    ["an unknown word", [...CROSS, "--average", "sma,foo"], ['--average must be one of sma, ema, wma: got "foo"']],
    [
      "a parameter of another strategy",
      [...CROSS, "--lookback", "3:5"],
      ["--lookback is not a parameter", "fast, slow, average"],
    ],
    ["an unknown --param", [...CROSS, "--param", "fsat=3:5"], ["--param fsat is not a parameter", "fast, slow, average"]],
    [
      "no trial that is left",
      [...CROSS, "--fast", "40", "--slow", "10,20"],
      ["the parameters leave no trial: each of 2 combinations breaks one of fast < slow"],
    ],
    [
      "too many combinations",
      [...CROSS, "--fast", "1:5000", "--slow", "1:5000"],
      ["the parameters make 25000000 combinations, the limit is 20000000"],
    ],
    [
      "an unknown objective",
      [...CROSS, "--objective", "alpha"],
      ["--objective must be one of total_return, cagr, sharpe", '"alpha"'],
    ],
    [
      "an unknown metric",
      [...CROSS, "--fast", "5,6", "--metric", "alpha"],
      ["--metric must be one of total_return, cagr, sharpe", '"alpha"'],
    ],
    [
      "a constraint that is none",
      [...CROSS, "--constraint", "fast == slow"],
      ["--constraint must compare", "slow >= 50", '"fast == slow"'],
    ],
    [
      "a constraint on a word",
      [...CROSS, "--constraint", "average < 3"],
      ["--constraint must compare", "parameters with numbers: fast, slow"],
    ],
    [
      "more than can be listed",
      [...CROSS, "--top", "2000"],
      ["--top must be a whole number at least 0 and at most 1000: got 2000"],
    ],
    [
      "an axis that does not vary",
      [...CROSS, "--fast", "5,6", "--x", "slow"],
      ['--x must be a parameter with more than one value, here fast: got "slow"'],
    ],
    [
      "an axis where none varies",
      [...CROSS, "--y", "slow"],
      ['--y must be a parameter with more than one value, here is none: got "slow"'],
    ],
    [
      "one axis for both",
      [...CROSS, "--fast", "5,6", "--x", "fast", "--y", "fast"],
      ['--y must be another parameter than --x: got "fast"'],
    ],
    [
      "a picture of one trial",
      [...CROSS, "--png", "map.png"],
      ['--png needs a parameter with more than one value, such as --fast 5:50:5: got "map.png"'],
    ],
    ["two files in one", [...CROSS, "--fast", "5,6", "--csv", "a", "--png", "./a"], ["--png must be another file than --csv"]],
    ["an equity curve", [...CROSS, "--fast", "5,6", "--equity-points", "3"], ["--equity-points"]],
    ["threads that are none", [...CROSS, "--threads", "0"], ['--threads must be a whole number from 1 to 64: got "0"']],
    ["an unknown engine", [...CROSS, "--engine", "gpu"], ['--engine must be one of auto, ts, wasm: got "gpu"']],
    ["another interval than the data's", [...CROSS, "--interval", "5m"], ["--interval is 5m, but the bars are 1d"]],
  ])("%s", async (_what, args, words) => {
    await refused(args, 2, ...words);
  });

  test("a sweep that is too long is refused before it begins", async () => {
    const grid = [
      "--source",
      "sample",
      "--symbol",
      "SAMPLE-MIN",
      "--strategy",
      "ma_crossover",
      "--fast",
      "1:900",
      "--slow",
      "1000:2000",
    ];
    await refused(grid, 2, "900900 trials x 23400 bars = 21081060000, the limit is 20000000000");
  });

  test("every offending flag is named, one a line", async () => {
    const { errors } = await backgrid(["sweep", ...CROSS, "--fast", "0:5", "--commission", "2", "--objective", "alpha"]);
    expect(errors.trimEnd().split("\n")).toHaveLength(3);
  });

  test("with --json a problem is printed, and --csv - does not go with it", async () => {
    const { exitCode, out } = await backgrid(["sweep", ...CROSS, "--fast", "5,6", "--csv", "-", "--json"]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ status: 400, code: "invalid_request", errors: [{ path: "--csv" }] });
  });
});

describe("bad data ends with 3", () => {
  test.each([
    ["a file that is not there", ["--file", "nowhere.csv"], '"nowhere.csv"'],
    ["a symbol that the sample does not have", ["--source", "sample", "--symbol", "AAPL"], "AAPL"],
    ["prices below zero", ["--file", fileOf(`${HEADER}\n2024-01-02,10,10,-1,10,1\n`)], "-1"],
  ])("%s", async (_what, args, word) => {
    await refused([...args, "--strategy", "momentum", "--lookback", "1:3"], 3, word);
  });

  test("too few bars for every window are no error: there are no trades", async () => {
    const { exitCode } = await backgrid(["sweep", "--file", fileOf(FOUR_BARS), "--strategy", "momentum", "--lookback", "10:12"]);
    expect(exitCode).toBe(0);
  });

  test("prices are never overwritten", async () => {
    const file = barsFile(WAVE);
    await refused(
      ["--file", file, "--strategy", "momentum", "--lookback", "1:3", "--csv", file],
      2,
      "--csv must be another file than --file",
    );
  });
});
