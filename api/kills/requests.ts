import { someBars } from "../../core/indicators/generated-bars.ts";
import { parseJob } from "../../core/requests/job.ts";
import { runBacktest } from "../../core/run/backtest.ts";
import { formatDay } from "../../core/time.ts";
import { inlineProvider } from "../../data/inline.ts";
import { sampleProvider } from "../../data/sample.ts";
import { engineTs } from "../../engine-ts/engine.ts";

const SAMPLE = { symbol: "SAMPLE-TREND", source: "sample", strategy: "ma_crossover" } as const;
const ROWS = 300;

/** Bodies of jobs of every kind that needs no other server: samples of several lengths and forms of the curve, and bars in the request. */
export const JOB_BODIES: readonly object[] = [
  { ...SAMPLE, start: "2020-01-01", equity_points: "none" },
  { ...SAMPLE, start: "2015-01-01", params: { fast: 20, slow: 100 }, equity_points: 100 },
  { ...SAMPLE, symbol: "SAMPLE-RANGE", strategy: "rsi_reversion", end: "2005-12-31", equity_points: "none" },
  { ...SAMPLE, symbol: "SAMPLE-VOL", strategy: "supertrend", direction: "both", commission: 0.001 },
  { bars: inlineBars(1), strategy: "donchian_breakout" },
  { bars: inlineBars(2), strategy: "ma_crossover", params: { fast: 3, slow: 9 }, equity_points: "none" },
  { bars: inlineBars(3), strategy: "buy_and_hold", symbol: "MINE" },
];

function inlineBars(seed: number): object {
  const { timeMs, open, high, low, close, volume } = someBars(seed, ROWS);
  const columns = Object.entries({ open, high, low, close, volume }).map(([name, values]) => [name, [...values]]);
  return { time: [...timeMs].map(formatDay), ...Object.fromEntries(columns) };
}

/** What a run of a body leaves. */
export interface Expected {
  readonly resultHash: string;
  readonly bars: number;
}

/** Every body run once, in this process, without a service and by the other engine. @throws when one does not run */
export async function expectedOutcomes(): Promise<readonly Expected[]> {
  return Promise.all(
    JOB_BODIES.map(async (body) => {
      const asked = parseJob(body);
      if (!asked.ok) throw new Error(asked.error.detail);
      const { request, bars } = asked.value;
      const provider = bars === undefined ? sampleProvider : inlineProvider(bars);
      const ran = await runBacktest(request, { provider, engine: engineTs, nowMs: Date.now() });
      if (!ran.ok) throw new Error(ran.error.detail);
      return { resultHash: ran.value.resultHash, bars: ran.value.bars.timeMs.length };
    }),
  );
}
