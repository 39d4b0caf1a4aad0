import { appError } from "../../core/errors.ts";
import type {
  Curve,
  JobId,
  JobOutput,
  JobState,
  NewJob,
  RunOutput,
  SweepOutput,
  UserId,
  WalkForwardOutput,
} from "../../core/jobs/job.ts";
import type { BarVault, DatasetStore, JobFilter, JobStore, StoredBars } from "../../core/jobs/store.ts";
import type { ParamValue } from "../../core/strategies/strategy.ts";
import type { TrialTable } from "../../core/sweep/table.ts";

export const ALICE = "00000000-0000-7000-8000-0000000000a1" as UserId;
export const BOB = "00000000-0000-7000-8000-0000000000b1" as UserId;

/** Stores that know the users Alice and Bob, empty, on a clock of their own. */
export interface StoreCase {
  readonly jobs: JobStore;
  readonly bars: BarVault;
  readonly datasets: DatasetStore;
  setClock(nowMs: number): void;
  close(): Promise<void>;
}

export const NOW = 1_700_000_000_000;
export const LEASE = 30_000;
export const ANY: JobFilter = { status: null, symbol: null, strategy: null };
export const PROBLEM = appError("provider", "no answer", [{ path: "symbol", message: "AAPL: no answer" }]);

/** The n-th id of a row of rising ids. */
export function testId(n: number): JobId {
  return `018bcfe5-6800-7000-8000-${n.toString(16).padStart(12, "0")}` as JobId;
}

export function testJob(n: number, changes: Partial<NewJob> = {}): NewJob {
  const job = { id: testId(n), createdAtMs: NOW + n, symbol: "AAPL", strategy: "ma_crossover", request: `{"n":${n}}` };
  return { ...job, kind: "backtest", bars: { source: "yahoo", hash: null }, ...changes };
}

export function testBars(text: string): StoredBars {
  const bytes = new TextEncoder().encode(text);
  return { hash: `sha256:${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`, bytes };
}

/** @param points how many the curve has; its values are 1, 4, 9, … over times 10, 20, 30, … */
export function testOutput(points = 3, barsHash: string | null = null): RunOutput & { readonly curve: Curve } {
  return {
    kind: "backtest",
    headline: { sharpe: 1.25, totalReturn: null, maxDrawdown: -0.5 },
    resultHash: "sha256:result",
    barsHash,
    head: '{"sharpe":1.25,"note":"€\\u0000"}',
    trades: '[{"pnl":-0.1}]',
    curve: testCurve(points),
  };
}

function testCurve(points: number): Curve {
  return {
    initialCash: 0.1,
    daily: true,
    timeMs: Float64Array.from({ length: points }, (_, i) => 10 * (i + 1)),
    equity: Float64Array.from({ length: points }, (_, i) => (i + 1) ** 2),
  };
}

/** Trials on these axes but for the first, which is skipped; the figures of the k-th column are k + 0.5, k + 1.5, … */
export function testTrials(...axes: readonly (readonly ParamValue[])[]): TrialTable {
  const product = axes.reduce((all, { length }) => all * length, 1);
  const trials = product - 1;
  const choices = new Int32Array(trials * axes.length);
  for (let trial = 0; trial < trials; trial++) {
    let rest = trial + 1;
    for (let k = axes.length - 1; k >= 0; k--) {
      const { length } = axes[k]!;
      choices[trial * axes.length + k] = rest % length;
      rest = Math.floor(rest / length);
    }
  }
  const column = (k: number) => Float64Array.from({ length: trials }, (_, trial) => k + trial + 0.5);
  return {
    grid: { axes: axes.map((values, k) => ({ name: `p${k}`, values })), trials, skipped: 1, choices },
    columns: {
      ...{ total_return: column(0), cagr: column(1), sharpe: column(2), sortino: column(3), volatility_ann: column(4) },
      ...{ max_drawdown: column(5), calmar: column(6), trades: column(7), win_rate: column(8), profit_factor: column(9) },
      exposure: column(10),
    },
  };
}

export function testSweep(
  trials = testTrials([2, 3], ["sma", "ema"]),
  barsHash: string | null = null,
): SweepOutput & { readonly trials: TrialTable } {
  return {
    kind: "sweep",
    headline: { sharpe: 2.5, totalReturn: 0.5, maxDrawdown: null },
    resultHash: "sha256:swept",
    barsHash,
    head: '{"trials":3}',
    objective: "sortino",
    best: 3.5,
    trials,
  };
}

/** The curve is that of `testOutput`. */
export function testWalkForward(points = 4, barsHash: string | null = null): WalkForwardOutput & { readonly curve: Curve } {
  return {
    kind: "walk_forward",
    headline: { sharpe: null, totalReturn: 0.25, maxDrawdown: -0.125 },
    resultHash: "sha256:walked",
    barsHash,
    head: '{"folds":[],"out_of_sample":{"equity_curve":null}}',
    curve: testCurve(points),
  };
}

/** A curve with its doubles as bits, so that -0 is not 0. */
export function bitsOf(curve: Curve | undefined) {
  const bits = (column: Float64Array) => Array.from(new BigUint64Array(column.slice().buffer), (value) => value.toString(16));
  return curve && { ...curve, timeMs: bits(curve.timeMs), equity: bits(curve.equity) };
}

export const NOTHING = [undefined, undefined, undefined, undefined, undefined, undefined];

/** One store of jobs, and jobs of Alice in it that are as far as a test needs them. */
export interface JobBench {
  readonly jobs: JobStore;
  readonly bars: BarVault;
  setClock(nowMs: number): void;
  /** The number of a new job. */
  next(): number;
  /** The number of the newest job. */
  last(): number;
  accepted(changes?: Partial<NewJob>, user?: UserId): Promise<JobId>;
  taken(changes?: Partial<NewJob>): Promise<JobId>;
  finished(changes?: Partial<NewJob>, output?: JobOutput): Promise<JobId>;
  stateOf(id: JobId): Promise<JobState | undefined>;
  /** Result, curve and preview; what a sweep left, and its trials; what a walk-forward left. */
  left(id: JobId): Promise<unknown[]>;
}

/** @param store what to ask for the store when a test runs */
export function jobBench(store: () => StoreCase): JobBench {
  let last = 0;
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`a job was not ${what}`);
  };
  const bench: JobBench = {
    get jobs() {
      return store().jobs;
    },
    get bars() {
      return store().bars;
    },
    setClock: (nowMs) => store().setClock(nowMs),
    next: () => ++last,
    last: () => last,
    async accepted(changes = {}, user = ALICE) {
      const job = testJob(++last, changes);
      must((await bench.jobs.accept(user, job, null, null)).kind === "accepted", "accepted");
      return job.id;
    },
    async taken(changes = {}) {
      const id = await bench.accepted(changes);
      must((await bench.jobs.take(ALICE, id, "1:2", LEASE)) !== undefined, "taken");
      return id;
    },
    async finished(changes = {}, output = testOutput()) {
      const id = await bench.taken(changes);
      must(await bench.jobs.finish(ALICE, id, 1, output), "finished");
      return id;
    },
    stateOf: async (id) => (await bench.jobs.find(ALICE, id))?.state,
    left: (id) =>
      Promise.all([
        ...[bench.jobs.result(ALICE, id), bench.jobs.curve(ALICE, id), bench.jobs.preview(ALICE, id)],
        ...[bench.jobs.sweep(ALICE, id), bench.jobs.trials(ALICE, id), bench.jobs.walkForward(ALICE, id)],
      ]),
  };
  return bench;
}
