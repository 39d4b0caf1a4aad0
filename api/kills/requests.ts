import type { AppError } from "../../core/errors.ts";
import { someBars } from "../../core/indicators/generated-bars.ts";
import type { JobKind } from "../../core/jobs/job.ts";
import type { BarProvider } from "../../core/ports.ts";
import { parseJob } from "../../core/requests/job.ts";
import { parseSweep } from "../../core/requests/sweep.ts";
import { parseWalkForward } from "../../core/requests/walk-forward.ts";
import type { Result } from "../../core/result.ts";
import { runBacktest } from "../../core/run/backtest.ts";
import { runSweep } from "../../core/run/sweep.ts";
import { runWalkForward } from "../../core/run/walk-forward.ts";
import { formatDay } from "../../core/time.ts";
import { inlineProvider } from "../../data/inline.ts";
import { sampleProvider } from "../../data/sample.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";

const SAMPLE = { symbol: "SAMPLE-TREND", source: "sample", strategy: "ma_crossover" } as const;
const ROWS = 300;

/** What is posted, and where. */
export interface SentBody {
  readonly kind: JobKind;
  readonly body: object;
}

/** Bodies of every kind that needs no other server: samples of several lengths and forms of the curve, bars in the request, sweeps, and a walk-forward. */
export const BODIES: readonly SentBody[] = [
  ...runs().map((body) => ({ kind: "backtest" as const, body })),
  { kind: "sweep", body: { ...SAMPLE, start: "2020-01-01", params: { fast: { from: 2, to: 12 }, slow: [20, 50, 100] } } },
  { kind: "sweep", body: { bars: inlineBars(4), strategy: "momentum", params: { lookback: { from: 1, to: 100 } } } },
  {
    kind: "walk_forward",
    body: {
      ...{ ...SAMPLE, start: "2018-01-01", params: { fast: { from: 2, to: 8 }, slow: [20, 50] }, equity_points: 20 },
      ...{ in_sample_bars: 250, out_of_sample_bars: 60 },
    },
  },
];

function runs(): readonly object[] {
  return [
    { ...SAMPLE, start: "2020-01-01", equity_points: "none" },
    { ...SAMPLE, start: "2015-01-01", params: { fast: 20, slow: 100 }, equity_points: 100 },
    { ...SAMPLE, symbol: "SAMPLE-RANGE", strategy: "rsi_reversion", end: "2005-12-31", equity_points: "none" },
    { ...SAMPLE, symbol: "SAMPLE-VOL", strategy: "supertrend", direction: "both", commission: 0.001 },
    { bars: inlineBars(1), strategy: "donchian_breakout" },
    { bars: inlineBars(2), strategy: "ma_crossover", params: { fast: 3, slow: 9 }, equity_points: "none" },
    { bars: inlineBars(3), strategy: "buy_and_hold", symbol: "MINE" },
  ];
}

function inlineBars(seed: number): object {
  const { timeMs, open, high, low, close, volume } = someBars(seed, ROWS);
  const columns = Object.entries({ open, high, low, close, volume }).map(([name, values]) => [name, [...values]]);
  return { time: [...timeMs].map(formatDay), ...Object.fromEntries(columns) };
}

/** What a run of a body leaves: its hash, and how long its curve is or, of a sweep, how many trials there are. */
export interface Expected {
  readonly resultHash: string;
  readonly size: number;
}

/** Every body run once, in this process, without a service and by the other engine. @throws when one does not run */
export function expectedOutcomes(): Promise<readonly Expected[]> {
  return Promise.all(BODIES.map((sent) => outcomeOf(sent, sampleProvider)));
}

/** A body run once, likewise. @param provider of bars that are not in it. @throws when it does not run */
export function outcomeOf({ kind, body }: SentBody, provider: BarProvider): Promise<Expected> {
  return ONCE[kind](body, provider);
}

const ONCE = { backtest: runOnce, sweep: sweptOnce, walk_forward: walkedOnce } as const satisfies Readonly<
  Record<JobKind, (body: object, provider: BarProvider) => Promise<Expected>>
>;

async function runOnce(body: object, given: BarProvider): Promise<Expected> {
  const asked = must(parseJob(body));
  const provider = asked.bars === undefined ? given : inlineProvider(asked.bars);
  const { resultHash, bars } = must(await runBacktest(asked.request, { provider, engine: engineTs, nowMs: Date.now() }));
  return { resultHash, size: bars.timeMs.length };
}

async function sweptOnce(body: object, given: BarProvider): Promise<Expected> {
  const asked = must(parseSweep(body));
  const provider = asked.bars === undefined ? given : inlineProvider(asked.bars);
  const ran = await runSweep(asked.request, { provider, engine: engineTs, sweeper: plainSweeper(engineTs), nowMs: Date.now() });
  if (ran === undefined) throw new Error("a sweep was called off");
  const { resultHash, table } = must(ran);
  return { resultHash, size: table.grid.trials };
}

async function walkedOnce(body: object, given: BarProvider): Promise<Expected> {
  const asked = must(parseWalkForward(body));
  const provider = asked.bars === undefined ? given : inlineProvider(asked.bars);
  const ports = { provider, engine: engineTs, sweeper: plainSweeper(engineTs), nowMs: Date.now() };
  const ran = await runWalkForward(asked.request, ports);
  if (ran === undefined) throw new Error("a walk-forward was called off");
  const { resultHash, outOfSampleBars } = must(ran);
  return { resultHash, size: outOfSampleBars.timeMs.length };
}

function must<T>(result: Result<T, AppError>): T {
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}
