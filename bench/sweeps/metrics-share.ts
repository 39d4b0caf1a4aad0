import { type Effort, report, whole } from "../http/report.ts";
import { ms } from "../receipt.ts";
import { type CpuProfile, percent, profiled, shareOf, topRows } from "./cpu-profile.ts";
import { barsFor, measure, NOTES } from "./measure.ts";
import { type Row, range, smaPairs, WAYS } from "./spec.ts";

const ROWS = 14;

/** What belongs to which part, matched against "file function". */
const PLAIN_PARTS = {
  signals: /^core\/(strategies|exact|indicators)\//,
  simulation: /^(engine-ts\/(simulate|account)|core\/engine\/columns)/,
  metrics: /^(engine-ts\/statistics|core\/(metrics|statistics)\/|core\/sweep\/single-trial\S* (?!newTrials$))/,
} as const;
const SORTED_PARTS = {
  signals: /^engine-wasm\/assembly\/sweep\/(crossings|lines|exact|double-double) /,
  /** The simulation of a trade and its share of every figure are one step. */
  trades: /^engine-wasm\/assembly\/sweep\/(settle |figures |trades (?!buildTrades$))/,
  tables: /^engine-wasm\/assembly\/sweep\/(ranges |trades buildTrades$)/,
} as const;

/** Which part of a sweep's time metrics are: of single runs in plain TypeScript, and of the sorted kernel that took their place. */
export function benchSweepMetrics(effort: Effort): void {
  const spec = { bars: barsFor(effort, 6300), deviation: 0.015, ...smaPairs(range(5, 185, 4)) };
  const rows: readonly Row[] = [WAYS.singleTs, WAYS.sorted].map((way) => ({ way, every: 1 }));
  const [plain, sorted] = measure(spec, rows, effort);
  const [before, after] = rows.map((row) => profiled(spec, row, effort.quick ? 1000 : 5000));
  if (!plain || !sorted || !before || !after) throw new Error("two ways were measured");
  const was = partsOf(before, PLAIN_PARTS, plain.sweepMs);
  const is = partsOf(after, SORTED_PARTS, sorted.sweepMs);
  const atMost = is.trades.ms + is.tables.ms;
  const dash = { share: "-", ms: "-" };
  const line = (name: string, a: Shown, b: Shown) => [name, a.share, a.ms, b.share, b.ms];
  const results = { was, is, metrics_before_ms: was.metrics.ms, metrics_after_at_most_ms: atMost };
  report(effort, "DL-016", "metrics-share", "sweep-metrics", results, {
    title: "The share of metrics in a sweep: single runs in plain TypeScript against the sorted kernel",
    notes: [
      `${whole(plain.gridTrials)} pairs of SMA 5 to 185 in steps of 4, ${whole(spec.bars)} bars, all figures and block sums, one thread. Before: ${ms(plain.sweepMs)} ms a sweep; after: ${ms(sorted.sweepMs)} ms (medians of ${effort.rounds} rounds, without the profiler).`,
      `Metrics took ${ms(was.metrics.ms)} ms, ${percent(was.metrics.share)} of the plain loop. In the kernel a trade and what it adds to every figure are one step: metrics are at most trades and tables together, ${ms(atMost)} ms, ${(was.metrics.ms / atMost).toFixed(0)} times less; the whole sweep is ${(plain.sweepMs / sorted.sweepMs).toFixed(0)} times less.`,
      `Shares are of ${whole(before.samples)} and ${whole(after.samples)} samples of \`bun --cpu-prof\`, see cpu-profile.md; a function of the runtime counts for the one that called it; ms: share x the sweep's time.`,
      NOTES.sweep,
      NOTES.turns,
      `Before timing, ${whole(sorted.agreement.trials)} trials were compared with their single runs: fills by number and fingerprint exactly, figures within 1e-9 (the largest difference is ${sorted.agreement.largest.toExponential(0)}).`,
    ],
    columns: ["part", "plain loop", "ms of a sweep", "sorted kernel", "ms of its sweep"],
    rows: [
      line("signals: averages and their crossings", shown(was.signals), shown(is.signals)),
      line("simulation: fills and equity from bar to bar", shown(was.simulation), dash),
      line("metrics and block sums from the equity curve", shown(was.metrics), dash),
      line("trades with their share of all figures", dash, shown(is.trades)),
      line("tables over prices", dash, shown(is.tables)),
      line("rest: the loop; laying, planning, copying out", shown(was.rest), shown(is.rest)),
    ],
  });
  const profiles = { [WAYS.singleTs.name]: before, [WAYS.sorted.name]: after };
  report(effort, "DL-016", "cpu-profile", "sweep-metrics", profiles, {
    title: "CPU profiles of single runs in plain TypeScript and of the sorted kernel",
    notes: [
      `\`bun --cpu-prof\`, sweeps one after the other, samples outside of them left out; ${ROWS} functions each, by their own samples and those of the runtime's functions that they call. What the compiler inlined counts for the function it was inlined into, in kernels.`,
    ],
    columns: ["way", "share", "function", "file"],
    rows: Object.entries(profiles).flatMap(([name, profile]) => topRows(profile, ROWS).map((row) => [name, ...row])),
  });
}

interface Part {
  readonly share: number;
  readonly ms: number;
}

interface Shown {
  readonly share: string;
  readonly ms: string;
}

function partsOf<K extends string>(profile: CpuProfile, parts: Readonly<Record<K, RegExp>>, sweepMs: number) {
  const part = (share: number): Part => ({ share, ms: share * sweepMs });
  const names = Object.keys(parts) as K[];
  const shares = names.map((name) => [name, part(shareOf(profile, parts[name]))] as const);
  const rest = part(1 - shares.reduce((sum, [, { share }]) => sum + share, 0));
  return { ...(Object.fromEntries(shares) as Record<K, Part>), rest };
}

function shown(part: Part): Shown {
  return { share: percent(part.share), ms: ms(part.ms) };
}
