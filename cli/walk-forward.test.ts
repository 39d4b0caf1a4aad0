import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { WALK_FORWARD_FIELDS } from "../core/requests/walk-forward.ts";
import { TRIAL_COLUMNS } from "../core/sweep/table.ts";
import { runCli } from "./program.ts";
import { backgrid, barsFile, freshPath, recorder, WAVE } from "./test-session.ts";
import { allWalkForwardSettings } from "./walk-forward-settings.ts";

const BARS = barsFile(WAVE, "acme.csv");
const WINDOWS = ["--in-sample-bars", "24", "--out-of-sample-bars", "12"];
const CROSS = ["--file", BARS, "--strategy", "ma_crossover"];
const GRID = ["walk-forward", ...CROSS, "--fast", "2:4", "--slow", "5,9", ...WINDOWS];

/** In windows of two bars, both out-of-sample windows gain a quarter each: 100 to 125, and 125 to 156.25. */
const SIX = barsFile([100, 100, 100, 125, 125, 156.25], "six.csv");
const HOLD = ["walk-forward", "--file", SIX, "--strategy", "buy_and_hold", "--objective", "total_return", "--cash", "1000"];
const TWOS = [...HOLD, "--in-sample-bars", "2", "--out-of-sample-bars", "2"];

async function answer(args: readonly string[]) {
  const { exitCode, out, errors } = await backgrid([...args, "--json"]);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  return JSON.parse(out);
}

async function report(args: readonly string[]): Promise<string> {
  const { exitCode, out, errors } = await backgrid(args);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  return out;
}

/** A table of comma-separated values as one record a row. */
function records(csv: string): Record<string, string>[] {
  const [head = "", ...rows] = csv.trimEnd().split("\n");
  const names = head.split(",");
  return rows.map((row) => Object.fromEntries(row.split(",").map((cell, i) => [names[i]!, cell])));
}

describe("walk-forward --json", () => {
  test("prints the API's answer on one line, without an id", async () => {
    const { out } = await backgrid([...GRID, "--json"]);
    expect(out.trimEnd()).not.toContain("\n");
    const told = JSON.parse(out);
    expect(told).toMatchObject({ walk_forward_id: null, status: "completed", symbol: "ACME", strategy: "ma_crossover" });
    expect(told).toMatchObject({ mode: "rolling", trials: 6, skipped: 0, objective: "sharpe" });
    expect(told.folds).toHaveLength(3);
    expect(told.data).toMatchObject({ source: "file", bars: 60 });
    expect(told.runtime_seconds).toBeGreaterThan(0);
  });

  test("carries the equity of a fold over to the next", async () => {
    const told = await answer(TWOS);
    expect(told.out_of_sample.equity_curve.map((point: { equity: number }) => point.equity)).toEqual([1000, 1250, 1250, 1562.5]);
    expect(told.folds.map((fold: { out_of_sample: { metrics: object } }) => fold.out_of_sample.metrics)).toMatchObject([
      { total_return: 0.25, max_drawdown: 0 },
      { total_return: 0.25, max_drawdown: 0 },
    ]);
  });

  test("a fold chooses what a sweep over its in-sample bars has as its best, and trades as a run does that has seen all bars before", async () => {
    const { folds } = await answer([...GRID, "--commission", "0.001", "--direction", "both"]);
    const same = [...CROSS, "--commission", "0.001", "--direction", "both"];
    for (const { chosen, in_sample: chosenOn, out_of_sample: tradedOn } of folds) {
      const range = ["--start", chosenOn.from, "--end", chosenOn.to, "--overfitting", "none"];
      const { best } = await answer(["sweep", ...same, "--fast", "2:4", "--slow", "5,9", ...range]);
      expect({ ...best.params }).toEqual(chosen);
      expect(chosenOn.metrics.sharpe).toBeCloseTo(best.sharpe, 9);
      const given = Object.entries(chosen).flatMap(([name, value]) => [`--${name}`, String(value)]);
      const window = ["--start", tradedOn.from, "--end", tradedOn.to, "--warmup", "auto"];
      const single = await answer(["run", ...same, ...given, ...window]);
      expect(tradedOn.metrics.total_return).toBeCloseTo(single.total_return, 9);
      expect(tradedOn.metrics.trades).toBe(single.trades.length);
    }
  });

  test("takes how the range is cut, what is ranked by and what is left out from their flags", async () => {
    const more = [
      "--mode",
      "anchored",
      "--purge-bars",
      "2",
      "--embargo-bars",
      "3",
      "--objective",
      "calmar",
      "--equity-points",
      "5",
    ];
    const told = await answer([...GRID, ...more, "--constraint", "fast < 4"]);
    expect(told).toMatchObject({ mode: "anchored", objective: "calmar", trials: 4, skipped: 2 });
    expect(told.conventions).toMatchObject({ in_sample_bars: 24, out_of_sample_bars: 12, purge_bars: 2, embargo_bars: 3 });
    expect(told.folds.map((fold: { in_sample: { bars: number } }) => fold.in_sample.bars)).toEqual([22, 34, 46]);
    expect(told.out_of_sample.equity_curve).toHaveLength(5);
  });

  test("has a flag for every field that changes its answer", () => {
    const flagged = new Set(allWalkForwardSettings.map(({ field }) => field));
    const missing = WALK_FORWARD_FIELDS.filter((field) => !flagged.has(field));
    expect(missing.toSorted()).toEqual(["bars", "overfitting", "params", "seed", "snooping_tests", "source", "top"]);
  });

  test("runs on the engine that is asked for, with the same result", async () => {
    const [ts, wasm] = [await answer([...GRID, "--engine", "ts"]), await answer([...GRID, "--engine", "wasm", "--threads", "1"])];
    expect([ts.engine.name, wasm.engine.name]).toEqual(["ts", "wasm"]);
    expect(ts.result_hash).toBe(wasm.result_hash);
  });
});

describe("the folds in --csv", () => {
  test("one row a fold, headed by the names of the answer, with the figures of both windows", async () => {
    const csv = freshPath("folds.csv");
    expect(await report([...TWOS, "--csv", csv])).toContain(`wrote ${csv}`);
    const rows = records(readFileSync(csv, "utf8"));
    expect(rows).toMatchObject([
      { index: "0", "in_sample.from": "2020-01-01", "in_sample.to": "2020-01-02", "in_sample.bars": "2" },
      { index: "1", "in_sample.from": "2020-01-03", "in_sample.to": "2020-01-04", "in_sample.total_return": "0.25" },
    ]);
    expect(rows).toMatchObject([
      { "out_of_sample.from": "2020-01-03", "out_of_sample.total_return": "0.25", "out_of_sample.left_open": "true" },
      { "out_of_sample.from": "2020-01-05", "out_of_sample.total_return": "0.25", "out_of_sample.win_rate": "" },
    ]);
    const figures = ["in_sample", "out_of_sample"].map((window) => TRIAL_COLUMNS.map((name) => `${window}.${name}`));
    for (const row of rows) expect(Object.keys(row)).toEqual(expect.arrayContaining(figures.flat()));
  });

  test("parameters have columns of their own; a fold without a choice leaves them and its in-sample figures empty", async () => {
    const rows = records(await report([...GRID, "--csv", "-"]));
    const { folds } = await answer(GRID);
    for (const [k, { chosen }] of folds.entries())
      expect(rows[k]).toMatchObject({
        "params.fast": `${chosen.fast}`,
        "params.slow": `${chosen.slow}`,
        "params.average": "sma",
      });
    const idle = records(await report(["walk-forward", ...CROSS, "--slow", "50,60", ...WINDOWS, "--csv", "-"]));
    expect(idle).toHaveLength(3);
    for (const row of idle) expect(row).toMatchObject({ "params.slow": "", "in_sample.sharpe": "", "out_of_sample.trades": "0" });
  });

  test("--csv - prints them and nothing else", async () => {
    const csv = freshPath("folds.csv");
    await report([...GRID, "--csv", csv]);
    expect(await report([...GRID, "--csv", "-"])).toBe(readFileSync(csv, "utf8"));
  });

  test("a file that cannot be written is told with its flag", async () => {
    const { exitCode, errors } = await backgrid([...GRID, "--csv", freshPath("no/such/folder.csv")]);
    expect(exitCode).toBe(1);
    expect(errors).toStartWith("error: --csv cannot be written: ENOENT");
  });
});

describe("a long walk-forward", () => {
  const LONG = ["walk-forward", "--source", "sample", "--strategy", "macd_crossover", "--engine", "ts"];
  const MANY = ["--fast", "2:40", "--slow", "41:140", "--signal", "2:20"];
  const TWO_FOLDS = ["--in-sample-bars", "4000", "--out-of-sample-bars", "3000"];

  test("shows how far it is over all folds, and Ctrl+C ends it with 130 and nothing written", async () => {
    const terminal = recorder({ interactiveErrors: true });
    const interrupting = {
      ...terminal,
      writeError: (text: string) => {
        terminal.writeError(text);
        if (text.includes(" of 148,200 trials")) process.emit("SIGINT");
      },
    };
    const csv = freshPath("folds.csv");
    const before = process.listenerCount("SIGINT");
    expect(await runCli([...LONG, ...MANY, ...TWO_FOLDS, "--csv", csv], interrupting)).toBe(130);
    const { out, errors } = terminal.told();
    expect(out).toBe("");
    expect(errors).toMatch(/^\r[█░]{24} \d+ % {2}[\d,]+ of 148,200 trials/);
    expect(errors).toEndWith("\r\x1b[Kcancelled\n");
    expect(existsSync(csv)).toBe(false);
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
