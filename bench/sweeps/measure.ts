import { fileURLToPath } from "node:url";
import type { Effort } from "../http/report.ts";
import { median, ms } from "../receipt.ts";
import type { Agreement, Pace, Request, Row, SweepSpec, Timing } from "./spec.ts";
import { gridOf } from "./task.ts";

const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));
const FULL_PACE: Pace = { warmMs: 400, measureMs: 400, leastRuns: 3 };
const QUICK_PACE: Pace = { warmMs: 50, measureMs: 50, leastRuns: 3 };
/** Bars x trials that are compared with single runs: some half a second of them. */
const COMPARED = 16_000_000;

/** What one row took: medians over the rounds, with their range as text. */
export interface Measured {
  readonly row: Row;
  readonly timings: readonly Timing[];
  readonly agreement: Agreement;
  /** Of the whole grid; those that were timed are in `timings`. */
  readonly gridTrials: number;
  readonly trials: number;
  readonly sweepMs: number;
  readonly kernelMs: number | null;
  /** Bars x trials a second, of whole sweeps. */
  readonly rate: number;
}

/**
 * Every row in processes of its own, rounds of the rows in turn, after a sample of trials was found equal to their single runs.
 * @throws {Error} when a trial differs
 */
export function measure(spec: SweepSpec, rows: readonly Row[], effort: Effort): Measured[] {
  const { trials } = gridOf(spec);
  const widest = rows.reduce((product, { every }) => lowestMultiple(product, every), 1);
  const check = widest * Math.max(1, Math.ceil((spec.bars * trials) / COMPARED / widest));
  const agreements = child<Agreement[]>({ act: "compare", spec, rows, check });
  const pace = effort.quick ? QUICK_PACE : FULL_PACE;
  const timings: Timing[][] = rows.map(() => []);
  for (let round = 0; round < effort.rounds; round++) {
    for (const [k, row] of rows.entries()) timings[k]!.push(child<Timing>({ act: "time", spec, row, pace }));
  }
  process.stderr.write(`${spec.strategy}, ${trials} trials, ${spec.bars} bars: done\n`);
  return rows.map((row, k) => {
    const own = timings[k]!;
    const sweepMs = median(own.map(({ p50Ms }) => p50Ms));
    const inKernel = own.flatMap(({ kernelMs }) => (kernelMs === null ? [] : [kernelMs]));
    const kernelMs = inKernel.length === 0 ? null : median(inKernel);
    const ran = own[0]!.trials;
    const rate = (spec.bars * ran * 1000) / sweepMs;
    return { row, timings: own, agreement: agreements[k]!, gridTrials: trials, trials: ran, sweepMs, kernelMs, rate };
  });
}

function lowestMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
}

/** What child.ts prints; null for nothing. @throws {Error} with what it wrote to standard error */
export function child<T>(request: Request, flags: readonly string[] = []): T {
  const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, ...flags, CHILD, JSON.stringify(request)]);
  const { act, spec } = request;
  if (exitCode !== 0) throw new Error(`${act} ${spec.strategy} on ${spec.bars} bars failed: ${stderr.toString()}`);
  return JSON.parse(stdout.toString() || "null");
}

/** A quick run takes a tenth of the bars. */
export function barsFor({ quick }: Effort, bars: number): number {
  return quick ? bars / 10 : bars;
}

/** How a figure stands against its target; a quick run's bars are too few to tell. */
export function verdict({ quick }: Effort, met: boolean, missed: string): string {
  return quick ? "not judged: quick" : met ? "met" : `missed: ${missed}`;
}

/** "median (least-most)" over the rounds. */
export function overRounds(timings: readonly Timing[], figure: (timing: Timing) => number | null): string {
  const values = timings.map(figure).filter((value) => value !== null);
  if (values.length === 0) return "-";
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.length === 1 ? ms(least) : `${ms(median(values))} (${ms(least)}-${ms(most)})`;
}

/** Megabytes (10^6), the median over the rounds. */
export function megabytes(timings: readonly Timing[], bytes: (timing: Timing) => number | null): string {
  const values = timings.map(bytes).filter((value) => value !== null);
  const value = median(values) / 1e6;
  return values.length === 0 ? "-" : value.toFixed(value < 10 ? 1 : 0);
}

/** A count with three significant digits, thousands apart. */
export function count(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 1 });
}

/** What the figures of a row hold. */
export const NOTES = {
  sweep:
    "Inside `sweep ms`: everything in `sweep()`: laying the bars and the grid into shared memory, tables over prices, the kernel, single runs of doubtful trials, copying the table out. Outside: choosing the kernel, drawing the bars, expanding the grid, loading the engine, starting the threads.",
  alone:
    "`kernel alone`: from the threads being bound, bars laid, to the last piece done: tables over prices, kernel, and what a batch of trials needs laid (dense and sparse: averages and other lines that TypeScript computes); not laying the bars and the pairs, not copying the table out, no doubtful trial.",
  turns:
    "Single runs give the event loop its turn every 500,000 bar-trials, a timer of about 1 ms each time: that is in their time.",
  parity:
    "Before timing, trials were compared with their single runs on engine-ts: fills by number and fingerprint exactly, figures within 1e-9; the column tells the largest relative difference, and of how many trials.",
  memory:
    "Memory in MB of 10^6: the shared memory of the kernels; the most of a process that ever lay in memory, with the runtime (some 50 MB) and garbage of earlier sweeps.",
} as const;
export const ALL_NOTES: readonly string[] = Object.values(NOTES);

/** "all 1,035" or "1,990 of 19,900, every 10th". */
export function sampleText({ row: { every }, trials, gridTrials }: Measured): string {
  return every === 1
    ? `all ${gridTrials.toLocaleString("en")}`
    : `${trials.toLocaleString("en")} of ${gridTrials.toLocaleString("en")}, every ${every}th`;
}
