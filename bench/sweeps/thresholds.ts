import { type Effort, report, whole } from "../http/report.ts";
import { median, ms } from "../receipt.ts";
import { profiled, topRows } from "./cpu-profile.ts";
import { ALL_NOTES, barsFor, count, type Measured, measure, megabytes, overRounds, sampleText, verdict } from "./measure.ts";
import { type Row, range, type SweepSpec, WAYS } from "./spec.ts";

/** How many times faster than the dense kernel the sparse one was designed to be. */
const TARGET = 5;
const PROFILE_ROWS = 8;

interface ThresholdCase {
  readonly name: string;
  readonly grid: Pick<SweepSpec, "strategy" | "axes">;
  /** Every how manieth trial single runs take. */
  readonly every: number;
}

const CASES: readonly ThresholdCase[] = [
  {
    name: "RSI 2-30, lower 10-40, upper 60-90",
    grid: {
      strategy: "rsi_reversion",
      axes: [
        { name: "period", values: range(2, 30) },
        { name: "lower", values: range(10, 40) },
        { name: "upper", values: range(60, 90) },
      ],
    },
    every: 29,
  },
  {
    name: "Bollinger 5-104, 0.5-3.4",
    grid: {
      strategy: "bollinger_reversion",
      axes: [
        { name: "period", values: range(5, 104) },
        { name: "multiplier", values: range(0.5, 3.4, 0.1) },
      ],
    },
    every: 7,
  },
  {
    name: "Donchian 5-104, 5-104",
    grid: {
      strategy: "donchian_breakout",
      axes: [
        { name: "entry", values: range(5, 104) },
        { name: "exit", values: range(5, 104) },
      ],
    },
    every: 13,
  },
  {
    name: "MACD 5-20, 21-50, 5-15",
    grid: {
      strategy: "macd_crossover",
      axes: [
        { name: "fast", values: range(5, 20) },
        { name: "slow", values: range(21, 50) },
        { name: "signal", values: range(5, 15) },
      ],
    },
    every: 13,
  },
  { name: "momentum 1-1000", grid: { strategy: "momentum", axes: [{ name: "lookback", values: range(1, 1000) }] }, every: 1 },
];

/** Strategies whose lines do not cross each other: trades told from sets of bars and tables, against walking every bar. */
export function benchSweepThresholds(effort: Effort): void {
  const bars = barsFor(effort, 6300);
  const results = CASES.map(({ name, grid, every }) => {
    const spec = { bars, deviation: 0.015, ...grid };
    const rows: readonly Row[] = [
      { way: WAYS.singleTs, every },
      { way: WAYS.dense, every: 1 },
      { way: WAYS.sparse, every: 1 },
    ];
    const [single, dense, sparse] = measure(spec, rows, effort);
    if (!single || !dense || !sparse) throw new Error("three ways were measured");
    return { name, spec, single, dense, sparse, faster: dense.sweepMs / sparse.sweepMs };
  });
  const told = results.map(({ spec: _spec, ...rest }) => rest);
  report(effort, "DL-018", "thresholds", "sweep-thresholds", told, {
    title: "Threshold strategies: the sparse kernel against the dense one and against single runs",
    notes: [
      `${whole(bars)} bars of 1.5 %, long or flat, all equity, 10 bps commission, 5 bps slippage, all figures and block sums, one thread; ${effort.rounds} rounds in turn, medians with their range.`,
      `Dense and sparse find the same sets of bars, in which the strategy wants in and out, then walk each trial: from bar to bar (dense), or from trade to trade by tables (sparse). The target, ${TARGET} times, is held against whole sweeps.`,
      "`shared work`: what the sparse kernel does beside its trials, most of it alike in the dense one: averages and other lines that TypeScript computes, tables, laying batches, MACD lines, the sets of bars. `trials`: from those sets to the figures.",
      "`x engine-ts`: trials a second of the sparse kernel over those of single runs, which were timed on a sample.",
      ...ALL_NOTES,
    ],
    columns: [
      ...["strategy", "trials", "sparse ms", "dense ms", "dense / sparse", "", "kernel alone: sparse, dense ms"],
      ...[
        "shared work ms",
        "trials: sparse, dense ms",
        "dense / sparse, trials",
        "single runs, trials timed",
        "single runs ms",
        "x engine-ts",
      ],
      ...["M bar-trials/s", "trades a trial", "shared MB", "peak RSS MB", "largest difference", "of trials"],
    ],
    rows: results.map(({ name, single, dense, sparse, faster }) => [
      name,
      whole(sparse.trials),
      overRounds(sparse.timings, ({ p50Ms }) => p50Ms),
      overRounds(dense.timings, ({ p50Ms }) => p50Ms),
      `${faster.toFixed(1)} x`,
      verdict(effort, faster >= TARGET, `${TARGET} x`),
      [sparse, dense].map(({ kernelMs }) => ms(kernelMs!)).join(", "),
      ms(sparse.kernelMs! - trialsMs(sparse)),
      [sparse, dense].map((one) => ms(trialsMs(one))).join(", "),
      `${(trialsMs(dense) / trialsMs(sparse)).toFixed(1)} x`,
      sampleText(single),
      overRounds(single.timings, ({ p50Ms }) => p50Ms),
      count(sparse.rate / single.rate),
      count(sparse.rate / 1e6),
      count(sparse.timings[0]!.tradesPerTrial),
      megabytes(sparse.timings, ({ sharedBytes }) => sharedBytes),
      megabytes(sparse.timings, ({ peakBytes }) => peakBytes),
      sparse.agreement.largest.toExponential(0),
      whole(sparse.agreement.trials),
    ]),
  });
  const missed = results.filter(({ faster }) => faster < TARGET);
  if (missed.length > 0) profileSparse(missed, effort);
}

/** From the sets of bars to the figures. */
function trialsMs({ timings }: Measured): number {
  return median(timings.map(({ operationMs }) => operationMs.trials ?? Number.NaN));
}

/** Where the sparse kernel spends its time. */
function profileSparse(cases: readonly { readonly name: string; readonly spec: SweepSpec }[], effort: Effort): void {
  const row = { way: WAYS.sparse, every: 1 };
  const profiles = cases.map(({ name, spec }) => ({ name, profile: profiled(spec, row, effort.quick ? 500 : 2000) }));
  report(effort, "DL-018", "cpu-profile", "sweep-thresholds", profiles, {
    title: `CPU profiles of the sparse kernel where it is less than ${TARGET} times as fast as the dense one`,
    notes: [
      `\`bun --cpu-prof\`, sweeps one after the other, samples outside of them left out; ${PROFILE_ROWS} functions each. What the compiler inlined counts for the function it was inlined into.`,
    ],
    columns: ["strategy", "share", "function", "file"],
    rows: profiles.flatMap(({ name, profile }) => topRows(profile, PROFILE_ROWS).map((top) => [name, ...top])),
  });
}
