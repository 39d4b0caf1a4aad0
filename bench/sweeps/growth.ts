import { type Effort, report, whole } from "../http/report.ts";
import { powerLaw } from "./fit.ts";
import { barsFor, count, type Measured, measure, megabytes, NOTES, overRounds } from "./measure.ts";
import { range, type SweepSpec, smaPairs, WAYS } from "./spec.ts";

/** Numbers of windows; their pairs are 105 to 100,128 trials. */
const WINDOWS = [15, 25, 46, 78, 142, 245, 448];
const SHORTEST = 5;
const LONGEST = 452;
const BARS = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
/** From here on the law is fitted a second time: below, fixed costs weigh. */
const LARGE_TRIALS = 3_000;
const LARGE_BARS = 30_000;

interface Series {
  readonly name: string;
  readonly title: string;
  readonly data: string;
  /** What grows. */
  readonly grown: "trials" | "bars";
  readonly large: number;
  readonly points: readonly { readonly x: number; readonly bars: number; readonly measured: Measured }[];
}

/** How the cost of the sorted kernel grows with the trials and with the bars. */
export function benchSweepGrowth(effort: Effort): void {
  const daily = barsFor(effort, 6300);
  const byTrials = WINDOWS.map((windows) => {
    const step = (LONGEST - SHORTEST) / (windows - 1);
    const measured = sorted(
      { bars: daily, deviation: 0.015, ...smaPairs(range(0, windows - 1).map((k) => Math.round(SHORTEST + k * step))) },
      effort,
    );
    return { x: measured.gridTrials, bars: daily, measured };
  });
  write(effort, {
    name: "growth-trials",
    title: "Cost of the sorted kernel by number of trials",
    data: `All pairs of 15 to 448 SMA windows spread evenly from ${SHORTEST} to ${LONGEST}, ${whole(daily)} bars of 1.5 %.`,
    grown: "trials",
    large: LARGE_TRIALS,
    points: byTrials,
  });
  const byBars = BARS.map((full) => {
    const bars = barsFor(effort, full);
    return { x: bars, bars, measured: sorted({ bars, deviation: 0.001, ...smaPairs(range(5, 185, 4)) }, effort) };
  });
  write(effort, {
    name: "growth-bars",
    title: "Cost of the sorted kernel by number of bars",
    data: "All 1,035 pairs of SMA 5 to 185 in steps of 4, bars of 0.1 %.",
    grown: "bars",
    large: barsFor(effort, LARGE_BARS),
    points: byBars,
  });
}

function sorted(spec: SweepSpec, effort: Effort): Measured {
  return measure(spec, [{ way: WAYS.sorted, every: 1 }], effort)[0]!;
}

function write(effort: Effort, { name, title, data, grown, large, points }: Series): void {
  const fits = (["sweep ms", "kernel alone ms", "shared MB"] as const).map((what) => {
    const all = points.map(({ x, measured }) => [x, figure(what, measured)] as const);
    return { what, all: powerLaw(all), large: powerLaw(all.filter(([x]) => x >= large)) };
  });
  const told = fits.map(
    ({ what, all, large: top }) =>
      `${what} ${all.exponent.toFixed(2)} (r² ${all.explained.toFixed(3)}), from ${whole(large)} ${grown} on ${top.exponent.toFixed(2)} (r² ${top.explained.toFixed(3)})`,
  );
  report(
    effort,
    "DL-017",
    name,
    "sweep-growth",
    { points, fits },
    {
      title,
      notes: [
        `Fitted exponents (cost ~ ${grown} ^ exponent, least squares on logarithms): ${told.join("; ")}.`,
        `${data} One thread, 10 bps commission, 5 bps slippage; ${effort.rounds} rounds, medians with their range.`,
        "Exponent: of `kernel alone` from the row above to this one. The shared memory grows in steps and holds the log of crossings, which has a fixed limit.",
        ...[NOTES.sweep, NOTES.alone, NOTES.parity, NOTES.memory],
      ],
      columns: [
        ...[
          "trials",
          "bars",
          "sweep ms",
          "kernel alone ms",
          "exponent",
          "ns a trade, kernel alone",
          "M bar-trials/s",
          "trades a trial",
        ],
        ...["shared MB", "peak RSS MB", "cold ms", "largest difference", "of trials"],
      ],
      rows: points.map(({ x, bars, measured }, k) => {
        const { timings, gridTrials, agreement } = measured;
        const { tradesPerTrial } = timings[0]!;
        const before = points[k - 1];
        const slope =
          before === undefined
            ? "-"
            : powerLaw([
                [before.x, before.measured.kernelMs!],
                [x, measured.kernelMs!],
              ]).exponent.toFixed(2);
        return [
          whole(gridTrials),
          whole(bars),
          overRounds(timings, ({ p50Ms }) => p50Ms),
          overRounds(timings, ({ kernelMs }) => kernelMs),
          slope,
          count((measured.kernelMs! * 1e6) / (tradesPerTrial * gridTrials)),
          count(measured.rate / 1e6),
          count(tradesPerTrial),
          megabytes(timings, ({ sharedBytes }) => sharedBytes),
          megabytes(timings, ({ peakBytes }) => peakBytes),
          overRounds(timings, ({ coldMs }) => coldMs),
          agreement.largest.toExponential(0),
          whole(agreement.trials),
        ];
      }),
    },
  );
}

function figure(what: "sweep ms" | "kernel alone ms" | "shared MB", { sweepMs, kernelMs, timings }: Measured): number {
  return what === "sweep ms" ? sweepMs : what === "kernel alone ms" ? kernelMs! : timings[0]!.sharedBytes! / 1e6;
}
