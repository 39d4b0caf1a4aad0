import { describe, expect, test } from "bun:test";
import { backgrid, barsFile, FOUR_BARS, fileOf, HEADER, WAVE } from "./test-session.ts";

const CROSS = ["--source", "sample", "--strategy", "ma_crossover", "--fast", "5,10"];
const WINDOWS = ["--in-sample-bars", "1000", "--out-of-sample-bars", "250"];

/** A refused command line ends with its code, says why on stderr, prints nothing on stdout and shows no stack. */
async function refused(args: readonly string[], exitCode: number, ...words: readonly string[]) {
  const told = await backgrid(["walk-forward", ...args]);
  expect({ exitCode: told.exitCode, out: told.out }).toEqual({ exitCode, out: "" });
  expect(told.errors).toStartWith("error: ");
  expect(told.errors).not.toMatch(/\n\s+at |\.ts:\d|undefined|\[object|params\.|[a-z]_sample_bars/);
  for (const word of words) expect(told.errors).toContain(word);
}

describe("bad input ends with 2 and names the flag, the value and what is allowed", () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    [
      "no windows",
      CROSS,
      [
        "--in-sample-bars must be a whole number (bars) at least 1: got nothing",
        "--out-of-sample-bars must be a whole number (bars) at least 1: got nothing",
      ],
    ],
    ["a window of no bars", [...CROSS, "--in-sample-bars", "0", "--out-of-sample-bars", "5"], ["--in-sample-bars", "got 0"]],
    [
      "an unknown mode",
      [...CROSS, ...WINDOWS, "--mode", "expanding"],
      ["--mode must be one of rolling, anchored", '"expanding"'],
    ],
    [
      "a purge of the whole window",
      [...CROSS, ...WINDOWS, "--purge-bars", "1000"],
      ["--purge-bars must leave a bar of the in-sample window, so be below --in-sample-bars 1000: got 1000"],
    ],
    ["an embargo below zero", [...CROSS, ...WINDOWS, "--embargo-bars=-1"], ["--embargo-bars", "at least 0: got -1"]],
    ["a list of the best", [...CROSS, ...WINDOWS, "--top", "3"], ["unknown option '--top'"]],
    [
      "a range of four",
      ["--source", "sample", "--strategy", "momentum", "--lookback", "5:50:5:1", ...WINDOWS],
      ["--lookback must be a value, a list such as 5,10,20 or a range", '"5:50:5:1"'],
    ],
    [
      "an unknown objective",
      [...CROSS, ...WINDOWS, "--objective", "alpha"],
      ["--objective must be one of total_return, cagr, sharpe", '"alpha"'],
    ],
    ["own signals", ["--source", "sample", "--strategy", "signals", ...WINDOWS], ["--strategy must be one of buy_and_hold"]],
    [
      "more folds than there may be",
      [...CROSS, "--in-sample-bars", "1", "--out-of-sample-bars", "1"],
      ["--out-of-sample-bars 1 makes 9130 folds of 9131 bars, the limit is 1000"],
    ],
    [
      "more work than there may be",
      [
        ...["--source", "sample", "--strategy", "momentum", "--lookback", "1:5000"],
        ...["--in-sample-bars", "5000", "--out-of-sample-bars", "5"],
      ],
      ["5000 trials x 4135000 in-sample bars of 827 folds = 20675000000, the limit is 20000000000"],
    ],
  ])("%s", async (_what, args, words) => {
    await refused(args, 2, ...words);
  });

  test("every offending flag is named, one a line", async () => {
    const { errors } = await backgrid(["walk-forward", ...CROSS, "--in-sample-bars", "x", "--mode", "y", "--commission", "2"]);
    expect(errors.trimEnd().split("\n")).toHaveLength(4);
  });

  test("with --json a problem is printed, and --csv - does not go with it", async () => {
    const { exitCode, out } = await backgrid(["walk-forward", ...CROSS, ...WINDOWS, "--csv", "-", "--json"]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ status: 400, code: "invalid_request", errors: [{ path: "--csv" }] });
  });

  test("prices are never overwritten", async () => {
    const file = barsFile(WAVE);
    const args = ["--file", file, "--strategy", "momentum", "--in-sample-bars", "20", "--out-of-sample-bars", "5", "--csv", file];
    await refused(args, 2, "--csv must be another file than --file");
  });
});

describe("bad data ends with 3", () => {
  test.each([
    ["a file that is not there", ["--file", "nowhere.csv"], '"nowhere.csv"'],
    ["prices below zero", ["--file", fileOf(`${HEADER}\n2024-01-02,10,10,-1,10,1\n`)], "-1"],
    [
      "too few bars for one fold",
      ["--file", fileOf(FOUR_BARS)],
      "one fold needs --in-sample-bars 1000 + --embargo-bars 0 + --out-of-sample-bars 250 = 1250 bars, but there are 4",
    ],
  ])("%s", async (_what, args, word) => {
    await refused([...args, "--strategy", "momentum", ...WINDOWS], 3, word);
  });
});
