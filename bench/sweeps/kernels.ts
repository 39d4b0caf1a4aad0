import { type Effort, report, whole } from "../http/report.ts";
import { ms } from "../receipt.ts";
import { ALL_NOTES, barsFor, count, type Measured, measure, megabytes, overRounds, sampleText, verdict } from "./measure.ts";
import { type Row, range, type SweepSpec, smaPairs, WAYS, type Way } from "./spec.ts";

/** Times and memory that the kernels were designed to reach. */
interface Target {
  /** Return, Sharpe, drawdown and fills of every trial, one thread. */
  readonly fewFiguresMs: number;
  /** All figures and block sums, one thread. */
  readonly allFiguresMs: number;
  readonly twoThreadsMs: number | null;
  readonly megabytes: number;
}

interface GridCase {
  readonly spec: SweepSpec;
  /** Every how manieth trial a way runs; the sorted kernel needs all pairs. */
  readonly every: { readonly single: number; readonly told: number };
  readonly target: Target;
}

const DAILY = { bars: 6300, deviation: 0.015 };
const CASES: readonly GridCase[] = [
  {
    spec: { ...DAILY, ...smaPairs(range(5, 185, 4)) },
    every: { single: 1, told: 1 },
    target: { fewFiguresMs: 3, allFiguresMs: 4.5, twoThreadsMs: null, megabytes: 8 },
  },
  {
    spec: { ...DAILY, ...smaPairs(range(2, 201)) },
    every: { single: 10, told: 1 },
    target: { fewFiguresMs: 30, allFiguresMs: 45, twoThreadsMs: 25, megabytes: 32 },
  },
  {
    spec: { bars: 200_000, deviation: 0.001, ...smaPairs(range(5, 428, 3)) },
    every: { single: 100, told: 20 },
    target: { fewFiguresMs: 400, allFiguresMs: 550, twoThreadsMs: 300, megabytes: 200 },
  },
];

/** The same grids of SMA pairs by single runs on both engines and by every kernel, and what the kernels reach of what they were designed for. */
export function benchSweepKernels(effort: Effort): void {
  const results = CASES.map(({ spec, every, target }) => {
    const sized = { ...spec, bars: barsFor(effort, spec.bars) };
    const rows: Row[] = Object.values(WAYS).map((way: Way) => {
      const sampled = way.kernel === "plain" ? every.single : way.kernel === "sorted" ? 1 : every.told;
      return { way, every: sampled };
    });
    return { spec: sized, target, measured: measure(sized, rows, effort) };
  });
  const told = results.map(({ spec: { bars, deviation }, measured }) => ({ bars, deviation, measured }));
  report(effort, "DL-015", "kernels", "sweep-kernels", told, {
    title: "SMA pairs by single runs and by the kernels of sweeps",
    notes: [
      ...ALL_NOTES,
      `One process a row, ${effort.rounds} rounds in turn; the median over the rounds of a process's median, with the range of those medians. Cold is a process's first sweep.`,
      "Where not all trials were timed, the row says which; its times are those of that sample, and its rates are rates of the sample, which shares its averages among fewer trials than the whole grid would. Nothing is extrapolated.",
      "Long or flat, all equity, next open, 10 bps commission, 5 bps slippage; a geometric walk from a seed, 1.5 % a bar for 6,300 bars, 0.1 % for 200,000. Two threads on two cores; all others use one.",
    ],
    columns: [
      ...["bars", "way", "trials timed", "sweep ms", "kernel alone ms", "cold ms", "trials/s", "M bar-trials/s", "x engine-ts"],
      ...["shared MB", "peak RSS MB", "largest difference", "of trials"],
    ],
    rows: results.flatMap(({ spec, measured }) => {
      const base = measured[0]!.rate;
      return measured.map((one) => [
        whole(spec.bars),
        one.row.way.name,
        sampleText(one),
        overRounds(one.timings, ({ p50Ms }) => p50Ms),
        overRounds(one.timings, ({ kernelMs }) => kernelMs),
        overRounds(one.timings, ({ coldMs }) => coldMs),
        count(one.rate / spec.bars),
        count(one.rate / 1e6),
        count(one.rate / base),
        megabytes(one.timings, ({ sharedBytes }) => sharedBytes),
        megabytes(one.timings, ({ peakBytes }) => peakBytes),
        one.agreement.largest.toExponential(0),
        whole(one.agreement.trials),
      ]);
    }),
  });
  const judged = results.flatMap(({ spec, target, measured }) => judgements(spec, target, measured));
  report(effort, "DL-015", "targets", "sweep-kernels", judged, {
    title: "What the sorted kernel was designed to reach, and what it does",
    notes: [
      "From the bars in shared memory to the last figure of the last trial, tables over prices included: the column `kernel alone` of kernels.md. Medians of that run.",
      "The kernel has one form: it always finds all figures and the block sums. The target for return, Sharpe, drawdown and fills alone is held against that larger work.",
    ],
    columns: ["grid", "what", "target", "measured", ""],
    rows: judged.map(({ grid, what, unit, target, measured }) => [
      grid,
      what,
      `${target} ${unit}`,
      `${ms(measured)} ${unit}`,
      verdict(effort, measured <= target, `${(measured / target).toFixed(2)} times the target`),
    ]),
  });
}

function judgements(spec: SweepSpec, target: Target, measured: readonly Measured[]) {
  const of = (way: Way) => measured.find(({ row }) => row.way === way)!;
  const [one, two] = [of(WAYS.sorted), of(WAYS.sortedTwo)];
  const grid = `${whole(one.gridTrials)} x ${whole(spec.bars)}`;
  const shared = one.timings[0]!.sharedBytes! / 1e6;
  const found = [
    { what: "return, Sharpe, drawdown, fills", unit: "ms", target: target.fewFiguresMs, measured: one.kernelMs! },
    { what: "all figures and block sums", unit: "ms", target: target.allFiguresMs, measured: one.kernelMs! },
    { what: "the same on two threads", unit: "ms", target: target.twoThreadsMs, measured: two.kernelMs! },
    { what: "shared memory, one thread", unit: "MB", target: target.megabytes, measured: shared },
  ];
  return found.flatMap((row) => (row.target === null ? [] : [{ grid, ...row, target: row.target }]));
}
