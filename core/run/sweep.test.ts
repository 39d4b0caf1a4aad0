import { describe, expect, test } from "bun:test";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import type { Bars } from "../bars.ts";
import { differences, someBars, withoutBars } from "../indicators/generated-bars.ts";
import { uniforms } from "../random.ts";
import { parseBacktest } from "../requests/backtest.ts";
import { isStrategyName, strategies, strategyNamed } from "../strategies/registry.ts";
import type { ParamSpec } from "../strategies/strategy.ts";
import { paramsOf } from "../sweep/grid.ts";
import { TRIAL_COLUMNS } from "../sweep/table.ts";
import { BLOCKS, LEDGER_START, ledgerOf } from "../sweep/trials.ts";
import { barQueryOf, runBacktest } from "./backtest.ts";
import { sweepQueryOf } from "./sweep.ts";
import { pricedAt, providerOf, weekdayBars } from "./test-run.ts";
import { sweepAttempt, sweepFailure, sweepOf, sweepRequest } from "./test-sweep.ts";

const PLAIN = plainSweeper(engineTs);

const NOW_MS = Date.UTC(2030, 0, 1);

/** Sums of returns by block, straight from an equity curve. */
function blockSums(curve: Float64Array): number[] {
  const bars = curve.length - 1;
  const length = Math.floor(bars / BLOCKS);
  return Array.from({ length: BLOCKS * 2 }, (_, k) => {
    const first = (bars % BLOCKS) + Math.floor(k / 2) * length;
    let sum = 0;
    for (let bar = first; bar < first + length; bar++) {
      const change = curve[bar]! > 0 ? curve[bar + 1]! / curve[bar]! - 1 : 0;
      sum += k % 2 === 0 ? change : change * change;
    }
    return sum;
  });
}

/** A sweep drawn from a seed: bars some of which are missing, and settings of every kind. */
function drawn(seed: number): {
  readonly bars: Bars;
  readonly fields: object;
  readonly params: Readonly<Record<string, unknown>>;
} {
  const next = uniforms(seed);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
  const names = Object.keys(strategies).filter(isStrategyName);
  const strategy = names[seed % names.length]!;
  const valuesOf = (spec: ParamSpec): unknown => {
    if (spec.kind === "choice") return pick<unknown>(spec.choices, spec.choices[0]);
    if (spec.kind === "integer") return pick<unknown>([2, 5, 11, 40], { from: 3, to: 90, step: 29 }, 7, [150, 3000]);
    return pick<unknown>([spec.default, spec.default / 2], { from: spec.default, to: spec.default + 1, step: 0.5 });
  };
  const params = Object.fromEntries(
    Object.entries(strategyNamed(strategy).params)
      .filter(() => next() < 0.8)
      .map(([name, spec]) => [name, valuesOf(spec)]),
  );
  const n = 60 + Math.floor(next() * 120);
  const missing = Array.from({ length: n }, (_, i) => i).filter(() => next() < 0.05);
  const fields = {
    ...{ strategy, warmup: pick(0, 10), start: pick(null, "1970-01-15"), direction: pick("long", "short", "both") },
    ...{ fill: pick("next_open", "close"), commission: pick(0, 0.001), slippage: pick(0, 0.002), commission_fixed: pick(0, 5) },
    ...{ sizing: pick({ type: "percent_equity", value: 1 }, { type: "shares", value: 30 }), fractional: pick(true, false) },
    ...{
      stop_loss: pick(null, 0.01),
      trailing_stop: pick(null, 0.02),
      take_profit: pick(null, 0.03),
      close_at_end: pick(true, false),
    },
    ...{ risk_free: pick(0, 0.03), mar: pick(0, 0.01), year_basis: pick("bars", "calendar"), periods_per_year: pick(null, 100) },
  };
  return { bars: withoutBars(someBars(seed, n), missing), fields, params };
}

describe("a sweep", () => {
  test("by the plain sweeper is the single runs of its trials, whatever the request", async () => {
    let compared = 0;
    let tooShort = 0;
    for (let seed = 0; seed < 90; seed++) {
      const { bars, fields, params } = drawn(seed);
      const anyTrial = await sweepAttempt(bars, { ...fields, params }, PLAIN).catch((error: Error) => error);
      if (anyTrial instanceof Error) {
        expect(anyTrial.message).toStartWith("params leave no trial");
        continue;
      }
      if (anyTrial === undefined || !anyTrial.ok) throw new Error("the sweep failed");
      const { table, trials, request } = anyTrial.value;
      for (let trial = 0; trial < Math.min(request.grid.trials, 40); trial++) {
        const asked = parseBacktest({ symbol: "TEST", ...fields, params: paramsOf(request.grid, trial) });
        if (!asked.ok) throw new Error(asked.error.detail);
        const run = await runBacktest(asked.value, { provider: providerOf(bars), engine: engineTs, nowMs: NOW_MS });
        if (!run.ok) {
          expect(run.error.code).toBe("no_data");
          expect([trials.fills[trial], trials.heldBars[trial], table.columns.total_return[trial]]).toEqual([0, 0, 0]);
          tooShort++;
          continue;
        }
        const { metrics, simulation, curve } = run.value;
        expect(TRIAL_COLUMNS.filter((name) => !Object.is(table.columns[name][trial], metrics[name]))).toEqual([]);
        const { bar, side } = simulation.fills;
        expect(trials.fills[trial]).toBe(bar.length);
        expect(trials.ledger[trial]).toBe(bar.reduce((hash, at, k) => ledgerOf(hash, at, side[k]! > 0), LEDGER_START));
        const sums = trials.blockSums.subarray(trial * BLOCKS * 2, (trial + 1) * BLOCKS * 2);
        expect(differences(sums, blockSums(curve))).toEqual([]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(300);
    expect(tooShort).toBeGreaterThan(30);
  });

  test("ranks its trials by the objective", async () => {
    const bars = someBars(3, 300);
    const fields = { strategy: "ma_crossover", params: { fast: [2, 5, 10], slow: [5, 10, 20] } };
    for (const objective of ["sharpe", "max_drawdown", "volatility_ann"]) {
      const { table, order } = await sweepOf(bars, { ...fields, objective }, PLAIN);
      const figures = Array.from(order, (trial) => table.columns[objective as "sharpe"][trial]!);
      const sorted = figures.toSorted((a, b) => (objective === "volatility_ann" ? a - b : b - a));
      expect(figures).toEqual(sorted);
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    }
  });

  test("asks for the bars of its range, and for the warm-up of its slowest trial where that is worked out", () => {
    const auto = { strategy: "ma_crossover", params: { fast: [5, 50], slow: [40, 20] }, warmup: "auto", start: "2020-01-31" };
    const query = sweepQueryOf(sweepRequest(auto));
    expect(query).toMatchObject({ symbol: "TEST", interval: null, warmupBars: 39, adjusted: true });
    const single = parseBacktest({ symbol: "TEST", ...auto, params: { fast: 5, slow: 40 } });
    expect(single.ok && barQueryOf(single.value)).toEqual(query);
    expect(sweepQueryOf(sweepRequest({ ...auto, warmup: 3 })).warmupBars).toBe(3);
    expect(sweepQueryOf(sweepRequest({ warmup: "auto" })).warmupBars).toBe(0);
  });

  test("lets every trial see the warm-up of the slowest", async () => {
    const { warmupBars, trials, bars } = await sweepOf(
      someBars(4, 100),
      { strategy: "momentum", params: { lookback: [3, 20] }, warmup: "auto", start: "1970-02-10" },
      PLAIN,
    );
    expect([warmupBars, trials.bars, bars.close.length]).toEqual([20, 60, 60]);
  });

  test("that was aborted is undefined", async () => {
    const hooks = { signal: AbortSignal.abort() };
    expect(await sweepAttempt(someBars(1, 30), {}, PLAIN, { hooks })).toBeUndefined();
  });

  test("tells how far it is", async () => {
    const told: number[] = [];
    await sweepAttempt(someBars(1, 30), {}, PLAIN, { hooks: { onProgress: (done) => told.push(done) } });
    expect(told).toEqual([0, 1]);
  });

  test("fails when there are no bars, or none with prices; too few for a window are no failure", async () => {
    expect((await sweepFailure(weekdayBars([]), {}, PLAIN)).code).toBe("no_data");
    expect((await sweepFailure(weekdayBars([null, null]), {}, PLAIN)).code).toBe("no_data");
    expect((await sweepFailure(someBars(1, 30), { start: "2020-01-01" }, PLAIN)).code).toBe("no_data");
    const short = await sweepOf(weekdayBars(pricedAt([100])), { strategy: "momentum", params: { lookback: [1, 5] } }, PLAIN);
    expect([...short.trials.fills]).toEqual([0, 0]);
    const refused = await sweepFailure(weekdayBars([[100, 90, 100, 100]]), {}, PLAIN);
    expect(refused.code).toBe("bad_data");
  });

  test("of more trials x bars than the limit is refused, the warm-up counting as bars", async () => {
    const fields = { strategy: "momentum", params: { lookback: { from: 1, to: 10 } }, start: "1970-01-11", warmup: 5 };
    expect(await sweepFailure(someBars(1, 30), fields, PLAIN, { mostBarTrials: 249 })).toEqual({
      code: "too_costly",
      detail: "10 trials x 25 bars = 250, the limit is 249; take fewer values or a shorter range",
      findings: [
        { path: "params", message: "10 trials x 25 bars = 250, the limit is 249; take fewer values or a shorter range" },
      ],
    });
    expect(await sweepAttempt(someBars(1, 30), fields, PLAIN, { mostBarTrials: 250 })).toMatchObject({ ok: true });
  });

  test("that would take more memory than the limit is refused with the figure, before it runs", async () => {
    const sweeper = {
      ...PLAIN,
      memory: () => ({ aTrial: 1000, aBar: 100, besides: 5e6 }),
      sweep: () => {
        throw new Error("it ran");
      },
    };
    const refused = await sweepFailure(someBars(1, 30), { strategy: "momentum", params: { lookback: [1, 2] } }, sweeper, {
      mostBytes: 5_004_999,
    });
    expect(refused.code).toBe("too_costly");
    expect(refused.detail).toBe(
      "the sweep would take 6 MB (1000 bytes x 2 trials + 100 bytes x 30 bars + 5 MB), the limit is 6 MB; take fewer values or a shorter range",
    );
  });

  test("fails as its source does", async () => {
    const error = { code: "not_found", detail: "there is no such symbol", findings: [] } as const;
    const provider = { bars: async () => ({ ok: false, error }) as const };
    expect(await sweepAttempt(someBars(1, 30), {}, PLAIN, { provider })).toEqual({ ok: false, error });
  });
});
