import { appError } from "../../core/errors.ts";
import type { Curve, JobId, JobOutput, JobState, NewJob, UserId } from "../../core/jobs/job.ts";
import type { BarVault, DatasetStore, JobFilter, JobStore, StoredBars } from "../../core/jobs/store.ts";

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
  return { ...job, bars: { source: "yahoo", hash: null }, ...changes };
}

export function testBars(text: string): StoredBars {
  const bytes = new TextEncoder().encode(text);
  return { hash: `sha256:${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`, bytes };
}

/** @param points how many the curve has; its values are 1, 4, 9, … over times 10, 20, 30, … */
export function testOutput(points = 3, barsHash: string | null = null): JobOutput & { readonly curve: Curve } {
  return {
    headline: { sharpe: 1.25, totalReturn: null, maxDrawdown: -0.5 },
    resultHash: "sha256:result",
    barsHash,
    head: '{"sharpe":1.25,"note":"€\\u0000"}',
    trades: '[{"pnl":-0.1}]',
    curve: {
      initialCash: 0.1,
      daily: true,
      timeMs: Float64Array.from({ length: points }, (_, i) => 10 * (i + 1)),
      equity: Float64Array.from({ length: points }, (_, i) => (i + 1) ** 2),
    },
  };
}

/** A curve with its doubles as bits, so that -0 is not 0. */
export function bitsOf(curve: Curve | undefined) {
  const bits = (column: Float64Array) => Array.from(new BigUint64Array(column.slice().buffer), (value) => value.toString(16));
  return curve && { ...curve, timeMs: bits(curve.timeMs), equity: bits(curve.equity) };
}

export const NOTHING = [undefined, undefined, undefined];

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
  /** Result, curve and preview. */
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
    left: (id) => Promise.all([bench.jobs.result(ALICE, id), bench.jobs.curve(ALICE, id), bench.jobs.preview(ALICE, id)]),
  };
  return bench;
}
