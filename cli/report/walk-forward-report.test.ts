import { describe, expect, test } from "bun:test";
import { backgrid, barsFile, FOUR_BARS, fileOf, WAVE } from "../test-session.ts";

const CROSS = ["walk-forward", "--file", barsFile(WAVE), "--symbol", "ACME", "--strategy", "ma_crossover"];
const GRID = [...CROSS, "--fast", "2:4", "--slow", "5,9"];
const WINDOWS = ["--in-sample-bars", "24", "--out-of-sample-bars", "12"];

async function reportOf(args: readonly string[], columns = 80): Promise<string> {
  const { exitCode, out, errors } = await backgrid(args, { columns });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  return out;
}

/** The rows of the table of folds. */
function foldRows(report: string): string[] {
  const [, table = ""] = /\nfast [^\n]*\n([\s\S]*?)\n\n/.exec(report) ?? [];
  return table.split("\n");
}

describe("the report of a walk-forward", () => {
  test("tells what was walked, on what, how it was cut and how long it took", async () => {
    const report = await reportOf([...GRID, ...WINDOWS], 200);
    expect(report).toStartWith("ACME  ma_crossover walk-forward: fast 2/3/4, slow 5/9, average sma, long only\n");
    expect(report).toContain("\n2020-01-01 to 2020-02-29, 60 daily bars, source file\n");
    expect(report).toMatch(
      /\n3 folds, rolling: the best of 6 trials on 24 bars, then traded for 12 bars; 18 trials in [\d.]+ m?s \(engine \w+ [\d.]+\)\n/,
    );
    const cut = ["--mode", "anchored", "--purge-bars", "2", "--embargo-bars", "1"];
    expect(await reportOf([...CROSS, ...WINDOWS, "--fast", "2", "--slow", "5", ...cut], 200)).toContain(
      "\n3 folds, anchored: 1 trial on all bars so far, 24 bars at first without the last 2, then 1 bar left unused, then traded for 12 bars;",
    );
  });

  test("lists the folds with their choice and the figures of both windows, as they are in the answer", async () => {
    const report = await reportOf([...GRID, ...WINDOWS], 160);
    expect(report).toMatch(/\n3 folds\n +in sample ─+ {2}out of sample ─+\n/);
    expect(report).toMatch(
      /\nfast +slow +from +to +Sharpe +Return +Drawdown +Trades +from +to +Sharpe +Return +Drawdown +Trades\n/,
    );
    const { folds } = JSON.parse((await backgrid([...GRID, ...WINDOWS, "--json"])).out);
    const rows = foldRows(report).map((row) => row.trim().split(/ {2,}/));
    expect(rows).toHaveLength(3);
    for (const [k, { chosen, in_sample, out_of_sample }] of folds.entries()) {
      expect(rows[k]!.slice(0, 2)).toEqual([`${chosen.fast}`, `${chosen.slow}`]);
      const windows = [in_sample, out_of_sample].flatMap(({ from, to, metrics }) => {
        const [gain, fall] = [metrics.total_return, metrics.max_drawdown].map((part) => `${(part * 100).toFixed(2)} %`);
        return [from, to, metrics.sharpe.toFixed(2), gain, fall, `${metrics.trades}`];
      });
      expect(rows[k]!.slice(2).map((cell) => cell.replace(/^-(?=0\.00 %)/, ""))).toEqual(
        windows.map((cell) => cell.replace(/^-(?=0\.00 %)/, "")),
      );
    }
  });

  test("a narrow terminal sees the choice, where it was traded from, and what it returned", async () => {
    const report = await reportOf([...GRID, ...WINDOWS], 44);
    expect(report).toMatch(/\nfast +slow +from +Sharpe +Return\n/);
  });

  test("what is ranked by stands first where it is none of the usual figures", async () => {
    const report = await reportOf([...GRID, ...WINDOWS, "--objective", "calmar"], 80);
    expect(report).toMatch(/\nfast +slow +Calmar +Sharpe +(Return +)?from +Calmar +Sharpe +Return/);
  });

  test("of many folds the last are listed", async () => {
    const report = await reportOf([...GRID, "--in-sample-bars", "12", "--out-of-sample-bars", "1"]);
    expect(report).toContain("\nThe last 40 of 48 folds; --csv has all\n");
    const rows = foldRows(report);
    expect(rows).toHaveLength(40);
    expect(rows.at(-1)).toContain("2020-02-29");
  });

  test("sums the out-of-sample windows up as one run, with its curve", async () => {
    const six = barsFile([100, 100, 100, 125, 125, 156.25]);
    const hold = ["walk-forward", "--file", six, "--strategy", "buy_and_hold", "--objective", "total_return"];
    const report = await reportOf([...hold, "--in-sample-bars", "2", "--out-of-sample-bars", "2", "--close-at-end"]);
    expect(report).toContain("\nOut of sample, all folds as one\nFinal equity     15,625.00   Closed trades            2\n");
    expect(report).toMatch(/\nTotal return +56\.25 % /);
    expect(report).toMatch(/\nEquity\n15,625\.00 ┤/);
    expect(report).toMatch(/\n10,000\.00 ┤/);
    expect(report).toMatch(/\n\s+2020-01-03\s+2020-01-05\s+2020-01-06\n/);
    expect(report).toContain("- 2 of 2 folds gained on the bars that came next\n");
  });

  test("says in plain words what was left of the promise, and how steady the choices were", async () => {
    const words = (await reportOf([...GRID, ...WINDOWS])).replaceAll(/\s+/g, " ");
    const { efficiency_ratio, parameter_stability } = JSON.parse((await backgrid([...GRID, ...WINDOWS, "--json"])).out);
    expect(words).toContain(`(efficiency ratio ${efficiency_ratio.toFixed(2)})`);
    for (const name of ["fast", "slow"]) {
      const kept = Math.round(parameter_stability[name].kept * 100);
      expect(words).toContain(`- ${name}: a fold took the value of the fold before in ${kept} % of cases`);
    }
    expect(words).not.toContain("- average:");
  });

  test("warns of few folds, few trades, positions left open, and windows too long for the in-sample bars", async () => {
    const words = (await reportOf([...GRID, ...WINDOWS])).replaceAll(/\s+/g, " ");
    expect(words).toContain("! 3 folds only: one lucky window can make the result");
    expect(words).toMatch(/! the figures rest on \w+ closed trades?: too few to tell skill from luck/);
    expect(words).toMatch(/! \d of 3 folds ended with a position open: .*; --close-at-end closes it/);
    expect(words).not.toContain("slowest trial");
    expect(await reportOf([...GRID, ...WINDOWS, "--close-at-end"])).not.toContain("position open");
    const slow = (await reportOf([...CROSS, "--slow", "5,20", "--fast", "2", ...WINDOWS])).replaceAll(/\s+/g, " ");
    expect(slow).toContain(
      "! the slowest trial needs 20 bars for its first value, of 24 bars in sample: little is left to judge it by",
    );
  });

  test("says so where no fold has anything to choose", async () => {
    const report = await reportOf([...CROSS, "--slow", "50,60", "--fast", "2", ...WINDOWS]);
    const words = report.replaceAll(/\s+/g, " ");
    expect(report).toMatch(/\n +- {2}2020-01-01 +- +- +- {2}2020-01-25 +n\/a +0\.00 %/);
    expect(words).toContain("! in 3 of 3 folds Sharpe was undefined for every trial: they traded nothing");
    expect(words).toContain("needs 60 bars for its first value, of 24 bars in sample: it cannot trade there");
    expect(words).toContain("- efficiency cannot be told");
    expect(words).toContain("- slow: how steady the choice is cannot be told");
  });

  test("says that nothing is left after a ruin", async () => {
    const leaping = barsFile([100, 99, 98, 97, 96, 95, 400, 400]);
    const short = ["walk-forward", "--file", leaping, "--strategy", "momentum", "--lookback", "1", "--direction", "short"];
    const windows = ["--in-sample-bars", "4", "--out-of-sample-bars", "3", "--fill", "close"];
    expect(await reportOf([...short, ...windows])).toContain("! the equity fell to zero or below: the folds after that");
  });

  test("passes the warnings about the data on, and says what is assumed", async () => {
    const [header = "", ...rows] = FOUR_BARS.trim().split("\n");
    const file = fileOf(`${[header, ...rows.reverse()].join("\n")}\n`);
    const hold = ["walk-forward", "--file", file, "--strategy", "buy_and_hold", "--in-sample-bars", "1"];
    const report = await reportOf([...hold, "--out-of-sample-bars", "1", "--fees", "0.001"]);
    expect(report).toContain("! rows came newest first; they were put in order, oldest first");
    expect(report).toContain("- each fill costs commission 0.1 % and slippage 0 %");
    expect(report).toContain("- choosing: the best by Sharpe, each fold with 10000 in cash;");
    expect(report).toContain("- trading: flat at the start, with the equity of the fold before;");
  });

  test("has no escape sequences without colours, and the same words with them", async () => {
    const args = [...GRID, ...WINDOWS];
    const timeless = (text: string) => text.replace(/in [\d.]+ m?s/, "…").replaceAll(/\s+/g, " ");
    const plain = await reportOf(args);
    expect(plain).not.toContain("\x1b");
    const { out } = await backgrid(args, { colours: true });
    expect(out.replaceAll("\x1b", "^")).toMatch(/\d {2}\^\[3[12]m *-?\d+\.\d\d %\^\[39m {2}/);
    expect(timeless(Bun.stripANSI(out))).toBe(timeless(plain));
  });

  test("keeps to the width of the terminal", async () => {
    for (const columns of [40, 48, 80, 120]) {
      const report = await reportOf([...GRID, ...WINDOWS, "--objective", "calmar", "--average", "sma,ema"], columns);
      const lines = report.split("\n").filter((line) => !line.startsWith("result "));
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });
});
