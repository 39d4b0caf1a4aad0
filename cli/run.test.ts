import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { BACKTEST_FIELDS } from "../core/requests/backtest.ts";
import { strategies } from "../core/strategies/registry.ts";
import { parameterFlag } from "./flag-names.ts";
import { settings } from "./settings.ts";
import { backgrid, barsFile, FOUR_BARS, fileOf, freshPath, HEADER, WAVE } from "./test-session.ts";

const HOLD = ["run", "--strategy", "buy_and_hold"];

async function answer(args: readonly string[]) {
  const { exitCode, out, errors } = await backgrid([...args, "--json"]);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  return JSON.parse(out);
}

describe("run --json", () => {
  test("prints the API's answer on one line, without a job", async () => {
    const file = fileOf(FOUR_BARS, "acme.csv");
    const { out } = await backgrid([...HOLD, "--file", file, "--json"]);
    expect(out.trimEnd()).not.toContain("\n");
    const told = JSON.parse(out);
    expect(told).toMatchObject({ job_id: null, status: "completed", symbol: "ACME", strategy: "buy_and_hold", params: {} });
    expect(told.total_return).toBe(0.5);
    expect(told.max_drawdown).toBe(-0.25);
    expect(told.equity_curve.map((point: { equity: number }) => point.equity)).toEqual([10000, 12000, 9000, 15000]);
    expect(told.data).toMatchObject({ source: "file", synthetic: false, bars: 4, from: "2024-01-02", to: "2024-01-05" });
    expect(told.runtime_seconds).toBeGreaterThan(0);
    expect(told.created_at).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test("says that the sample is synthetic", async () => {
    const told = await answer(["run", "--source", "sample", "--strategy", "momentum", "--equity-points", "none"]);
    expect(told).toMatchObject({ symbol: "SAMPLE-TREND", equity_curve: null, data: { source: "sample", synthetic: true } });
  });

  test("takes every setting from its flag", async () => {
    const flags = `--symbol x --start 2020-01-05 --end 2020-02-20 --interval 1d --warmup 3 --initial-cash 5000 --fill close
      --commission 0.001 --commission-fixed 2 --slippage 0.0005 --sizing shares:7 --no-fractional --on-insufficient-cash reduce --close-at-end
      --require-volume --stop-loss 0.05 --take-profit 0.2 --trailing-stop 0.1 --data-quality warn --risk-free 0.02 --mar 0.01
      --var-alpha 0.1 --periods-per-year 300 --year-basis bars --equity-points 5 --direction both --split 2020-01-10:2 --no-adjusted`;
    const told = await answer([
      "run",
      "--file",
      barsFile(WAVE),
      "--strategy",
      "momentum",
      "--lookback",
      "3",
      ...flags.split(/\s+/),
    ]);
    expect(told.conventions).toEqual({
      fill: "close",
      periods_per_year: 300,
      year_basis: "bars",
      risk_free: 0.02,
      mar: 0.01,
      var_alpha: 0.1,
      warmup: 3,
      direction: "both",
      initial_cash: 5000,
      commission: 0.001,
      commission_fixed: 2,
      slippage: 0.0005,
      sizing: { type: "shares", value: 7 },
      fractional: false,
      on_insufficient_cash: "reduce",
      close_at_end: true,
      require_volume: true,
      stop_loss: 0.05,
      take_profit: 0.2,
      trailing_stop: 0.1,
      data_quality: "warn",
      definitions: "1",
    });
    expect(told).toMatchObject({ symbol: "X", params: { lookback: 3 }, equity_curve_sampled: true });
    expect(told.data).toMatchObject({ adjusted: false, from: "2020-01-05", to: "2020-02-20", interval: "1d" });
    expect(told.equity_curve).toHaveLength(5);
  });

  test("has a flag for every field of a request", () => {
    const fields = new Set(settings.map(({ field }) => field));
    expect(BACKTEST_FIELDS.filter((field) => field !== "params" && !fields.has(field))).toEqual([]);
  });

  test.each([
    ["--cash", "initial_cash", 777],
    ["--initial-capital", "initial_cash", 777],
    ["--fees", "commission", 0.003],
  ])("%s is another name for %s", async (flag, field, value) => {
    const told = await answer([...HOLD, "--file", fileOf(FOUR_BARS), flag, String(value)]);
    expect(told.conventions[field]).toBe(value);
  });

  test("takes parameters from their own flags and from --param", async () => {
    const run = ["run", "--file", barsFile(WAVE)];
    const own = await answer([...run, "--strategy", "ma_crossover", "--fast", "3", "--slow=8", "--average", "ema"]);
    expect(own.params).toEqual({ fast: 3, slow: 8, average: "ema" });
    const listed = await answer([...run, "--strategy", "supertrend", "--param", "atr_period=4", "--param", "multiplier=1.5"]);
    expect(listed.params).toEqual({ atr_period: 4, multiplier: 1.5 });
  });

  test("every parameter of every strategy has a flag of its own", async () => {
    const { out } = await backgrid(["run", "--help"]);
    for (const { params } of Object.values(strategies)) {
      for (const name of Object.keys(params)) expect(out).toContain(`${parameterFlag(name)} <value>`);
    }
  });

  test("a parameter called like another flag, or that no strategy has, is given with --param", () => {
    const declared = new Set(["fast", "atr_period", "symbol", "stop_loss", "csv"]);
    const flags = ["fast", "atr_period", "symbol", "stop_loss", "csv", "speed"].map((name) => parameterFlag(name, declared));
    expect(flags).toEqual(["--fast", "--atr-period", "--param symbol", "--param stop_loss", "--param csv", "--param speed"]);
  });

  test("--engine beats the environment, which beats the default", async () => {
    const before = process.env.ENGINE;
    const run = [...HOLD, "--file", fileOf(FOUR_BARS)];
    try {
      process.env.ENGINE = "ts";
      expect((await answer(run)).engine.name).toBe("ts");
      expect((await answer([...run, "--engine", "wasm"])).engine.name).toBe("wasm");
      process.env.ENGINE = "abacus";
      expect((await answer([...run, "--engine", "ts"])).engine.name).toBe("ts");
      const { exitCode, errors } = await backgrid(run);
      expect({ exitCode, errors }).toEqual({
        exitCode: 2,
        errors: 'error: ENGINE must be one of auto, ts, wasm: got "abacus"\n',
      });
    } finally {
      if (before === undefined) delete process.env.ENGINE;
      else process.env.ENGINE = before;
    }
  });
});

describe("files that run writes", () => {
  test("--csv holds one row a bar: equity, drawdown and buy and hold", async () => {
    const csv = freshPath("equity.csv");
    const { out } = await backgrid([...HOLD, "--file", fileOf(FOUR_BARS), "--csv", csv]);
    expect(readFileSync(csv, "utf8")).toBe(`time,equity,drawdown,benchmark_equity
2024-01-02,10000,0,10000
2024-01-03,12000,0,12000
2024-01-04,9000,-0.25,9000
2024-01-05,15000,0,15000
`);
    expect(out).toContain(`wrote ${csv}`);
  });

  test("--trades-csv holds one row a closed trade", async () => {
    const csv = freshPath("trades.csv");
    await backgrid([...HOLD, "--file", fileOf(FOUR_BARS), "--close-at-end", "--trades-csv", csv, "--json"]);
    expect(readFileSync(csv, "utf8")).toBe(
      `entry_bar,entry_time,exit_bar,exit_time,side,quantity,entry_price,exit_price,fees,pnl,return,bars_held,exit_reason
1,2024-01-03,3,2024-01-05,long,1000,10,15,0,5000,0.5,2,end
`,
    );
  });

  test("without a closed trade --trades-csv holds the header alone", async () => {
    const csv = freshPath("trades.csv");
    await backgrid([...HOLD, "--file", fileOf(FOUR_BARS), "--trades-csv", csv]);
    expect(readFileSync(csv, "utf8").split("\n")).toHaveLength(2);
  });

  test("a file that cannot be written is told with its flag", async () => {
    const { exitCode, errors } = await backgrid([...HOLD, "--file", fileOf(FOUR_BARS), "--csv", freshPath("no/such/folder.csv")]);
    expect(exitCode).toBe(1);
    expect(errors).toStartWith("error: --csv cannot be written: ENOENT");
  });

  test("the prices are never overwritten", async () => {
    const file = fileOf(FOUR_BARS);
    const { exitCode, errors } = await backgrid([...HOLD, "--file", file, "--csv", file]);
    expect(exitCode).toBe(2);
    expect(errors).toStartWith("error: --csv must be another file than --file");
    expect(readFileSync(file, "utf8")).toStartWith(HEADER);
  });
});
