import type { ErrorCode } from "../../core/errors.ts";
import { sampleProvider } from "../../data/sample.ts";
import { yahooProvider } from "../../data/yahoo.ts";
import { BODIES, type Expected, expectedOutcomes, outcomeOf, type SentBody } from "../kills/requests.ts";

/** How a job has to end, whatever happens on the way. */
export type Ending = Expected | { readonly problem: ErrorCode };

/** A sweep that takes long enough to be killed in its middle: of its figures on overfitting most. */
const LONG: SentBody = {
  kind: "sweep",
  body: {
    ...{ symbol: "SAMPLE-VOL", source: "sample", strategy: "supertrend" },
    params: { atr_period: { from: 5, to: 8 }, multiplier: [1, 2, 3] },
  },
};

/** A sweep that is run in parts where SPLIT_BAR_TRIALS is as below. */
const SPLIT: SentBody = {
  kind: "sweep",
  body: {
    ...{ symbol: "SAMPLE-VOL", source: "sample", strategy: "supertrend", overfitting: "none" },
    params: { atr_period: { from: 5, to: 40 }, multiplier: [1, 1.5, 2, 2.5, 3, 3.5, 4] },
  },
};

/** A part has some ten trials of SPLIT; no other sweep is split. */
export const SPLIT_BAR_TRIALS = 120_000;

/** Strategies that fail on purpose, and the problem with which such a job ends. */
const FAULTY = {
  fault_loop: "timeout",
  fault_throw: "internal",
  fault_exit: "crash",
  fault_memory: "memory",
} as const satisfies Readonly<Record<string, ErrorCode>>;

/** Backtests on market data that has to be fetched, each of a series of its own. */
const FETCHED: readonly SentBody[] = ["FULL", "ROOM"].map((symbol) => ({
  kind: "backtest",
  body: { symbol, strategy: "momentum", start: "2015-01-01", end: "2019-12-31" },
}));

/** What is sent to a fleet. */
export const SENT: readonly SentBody[] = [
  ...BODIES,
  LONG,
  SPLIT,
  ...FETCHED,
  ...Object.keys(FAULTY).map(
    (strategy): SentBody => ({ kind: "backtest", body: { symbol: "SAMPLE-TREND", source: "sample", strategy } }),
  ),
];

/** Places in SENT. */
export const USUAL: readonly number[] = BODIES.map((_, at) => at);
export const LONG_ONE = BODIES.length;
export const SPLIT_ONE = LONG_ONE + 1;
export const FETCHED_ONES: readonly number[] = FETCHED.map((_, at) => SPLIT_ONE + 1 + at);
export const FAULTY_ONES: readonly number[] = Object.keys(FAULTY).map((_, at) => SPLIT_ONE + 1 + FETCHED.length + at);

/**
 * How each of SENT has to end: as a calm run in this process, by the other engine, or with its problem.
 * @param yahooUrl where market data is fetched
 */
export async function endingsOf(yahooUrl: string): Promise<readonly Ending[]> {
  const yahoo = yahooProvider({ baseUrl: yahooUrl });
  const usual = await expectedOutcomes();
  const long = await Promise.all([LONG, SPLIT].map((sent) => outcomeOf(sent, sampleProvider)));
  const fetched = await Promise.all(FETCHED.map((sent) => outcomeOf(sent, yahoo)));
  return [...usual, ...long, ...fetched, ...Object.values(FAULTY).map((problem) => ({ problem }))];
}
