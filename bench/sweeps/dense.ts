import { type Effort, report, whole } from "../http/report.ts";
import { barsFor, count, type Measured, measure, megabytes, NOTES, overRounds, verdict } from "./measure.ts";
import { range, type SweepSpec, smaPairs, WAYS } from "./spec.ts";

interface DenseCase {
  readonly name: string;
  readonly spec: Partial<SweepSpec>;
  /** Millions of bars x trials a second that the kernel was designed for. */
  readonly target: number | null;
}

const LEVELS = { stopLoss: 0.05, takeProfit: 0.1 };
const TRAILING = { trailingStop: 0.05 };
const CASES: readonly DenseCase[] = [
  { name: "long and short, no stops", spec: { direction: "both" }, target: 600 },
  { name: "long, no stops", spec: {}, target: null },
  { name: "long, stop 5 %, target 10 %", spec: { execution: LEVELS }, target: 200 },
  { name: "long and short, stop 5 %, target 10 %", spec: { direction: "both", execution: LEVELS }, target: 200 },
  { name: "long, trailing stop 5 %", spec: { execution: TRAILING }, target: 200 },
  { name: "long and short, trailing stop 5 %", spec: { direction: "both", execution: TRAILING }, target: 200 },
];

/** What the dense kernel, which walks from bar to bar, carries where nothing faster may run. */
export function benchSweepDense(effort: Effort): void {
  const pairs = smaPairs(range(2, 201));
  const results = CASES.map(({ name, spec, target }) => {
    const sized = { bars: barsFor(effort, 6300), deviation: 0.015, ...pairs, ...spec };
    return { name, target, bars: sized.bars, measured: measure(sized, [{ way: WAYS.dense, every: 1 }], effort)[0]! };
  });
  report(effort, "DL-015", "dense", "sweep-dense", results, {
    title: "The dense kernel: SMA pairs with shorts, stops, targets and trailing stops",
    notes: [
      ...[NOTES.sweep, NOTES.alone, NOTES.parity, NOTES.memory],
      `All ${whole(results[0]!.measured.gridTrials)} pairs of SMA 2 to 201, ${whole(results[0]!.bars)} bars of 1.5 %, one thread, 10 bps commission, 5 bps slippage, all figures and block sums; ${effort.rounds} rounds, medians with their range.`,
      "Targets were set for one core with the bars in shared memory: they are held against the rate of `kernel alone`.",
    ],
    columns: [
      ...[
        "trials",
        "sweep ms",
        "kernel alone ms",
        "M bar-trials/s, sweep",
        "kernel alone",
        "target",
        "",
        "trades a trial",
        "recomputed",
      ],
      ...["shared MB", "peak RSS MB", "largest difference"],
    ],
    rows: results.map(({ name, target, bars, measured }) => {
      const { timings, agreement } = measured;
      const alone = kernelRate(measured, bars);
      return [
        name,
        overRounds(timings, ({ p50Ms }) => p50Ms),
        overRounds(timings, ({ kernelMs }) => kernelMs),
        count(measured.rate / 1e6),
        count(alone),
        target === null ? "-" : whole(target),
        target === null ? "" : verdict(effort, alone >= target, `${(alone / target).toFixed(2)} of the target`),
        count(timings[0]!.tradesPerTrial),
        whole(timings[0]!.recomputed),
        megabytes(timings, ({ sharedBytes }) => sharedBytes),
        megabytes(timings, ({ peakBytes }) => peakBytes),
        agreement.largest.toExponential(0),
      ];
    }),
  });
}

/** Millions of bars x trials a second. */
function kernelRate({ trials, kernelMs }: Measured, bars: number): number {
  return (bars * trials) / kernelMs! / 1000;
}
