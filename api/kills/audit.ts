import { Database } from "bun:sqlite";
import { isFinal, type Job } from "../../core/jobs/job.ts";
import type { JobStore } from "../../core/jobs/store.ts";
import { isJobId, LOCAL_USER } from "../ids.ts";
import { faultsIn } from "../store/test-stores.ts";
import { databasePath, openStores } from "../wiring.ts";
import type { SentJob } from "./client.ts";
import type { Expected } from "./requests.ts";

/** What a data folder shows after its servers were killed. All lists of faults are empty for a store that keeps its word. */
export interface Findings {
  readonly completed: number;
  readonly cancelled: number;
  /** Jobs that were begun more than once. */
  readonly repeated: number;
  /** Jobs that an answer promised and that are not there, or not final, or failed, or were cancelled by nobody. */
  readonly lost: readonly string[];
  /** Keys that stand for more than one job, and rows of jobs beyond one a key. */
  readonly doubled: readonly string[];
  /** Results, curves and trials that differ from those of the same request run once. */
  readonly wrong: readonly string[];
  /** Damage to the file, rows that belong to nothing, completed jobs without all they left. */
  readonly damage: readonly unknown[];
}

const NOBODYS_BARS = `SELECT hash FROM bars WHERE hash NOT IN (SELECT bars_hash FROM jobs WHERE bars_hash IS NOT NULL)
  AND hash NOT IN (SELECT bars_hash FROM datasets)`;

/** Looks at the file when no server runs on it. */
export async function findingsOf(folder: string, jobs: readonly SentJob[], expected: readonly Expected[]): Promise<Findings> {
  const path = databasePath({ dataDir: folder });
  const count = { completed: 0, cancelled: 0, repeated: 0 };
  const [lost, doubled, wrong]: [string[], string[], string[]] = [[], [], []];
  const stores = await openStores({ dataDir: folder, sqliteSynchronous: "normal" }, Date.now);
  if (!stores.ok) throw new Error(stores.error.detail);
  const store = stores.value.jobs;
  for (const { key, body, ids, hashes, deleted } of jobs) {
    const [id = ""] = ids;
    if (ids.size > 1) doubled.push(`${key} stands for ${[...ids].join(", ")}`);
    const job = isJobId(id) ? await store.find(LOCAL_USER, id) : undefined;
    if (job === undefined || !isFinal(job.state)) {
      lost.push(`${key} ${id} is ${job?.state.status ?? "missing"}`);
      continue;
    }
    if (job.state.attempt > 1) count.repeated++;
    if (job.state.status === "completed") {
      count.completed++;
      const left = await leftBy(store, job);
      const all = new Set([...hashes, left.resultHash ?? "no result"]);
      if (all.size > 1 || !all.has(expected[body]?.resultHash ?? "")) wrong.push(`${key} ${id}: ${[...all].join(", ")}`);
      if (left.size !== expected[body]?.size) wrong.push(`${key} ${id}: ${left.size} points of equity, or trials`);
    } else if (job.state.status === "cancelled" && deleted) count.cancelled++;
    else lost.push(`${key} ${id} is ${job.state.status} in attempt ${job.state.attempt}`);
  }
  await stores.value.close();
  return { ...count, lost, doubled: [...doubled, ...rowsTooMany(path, jobs.length)], wrong, damage: damageIn(path) };
}

async function leftBy(store: JobStore, { kind, id }: Job) {
  if (kind === "sweep") {
    const [sweep, trials] = [await store.sweep(LOCAL_USER, id), await store.trials(LOCAL_USER, id)];
    return { resultHash: sweep?.resultHash, size: trials?.grid.trials };
  }
  const result = kind === "backtest" ? await store.result(LOCAL_USER, id) : await store.walkForward(LOCAL_USER, id);
  const curve = await store.curve(LOCAL_USER, id);
  return { resultHash: result?.resultHash, size: curve?.equity.length };
}

function rowsTooMany(path: string, jobs: number): string[] {
  using db = new Database(path, { readonly: true });
  const rows = db.query<{ readonly n: number }, []>("SELECT count(*) AS n FROM jobs").get()?.n;
  return rows === jobs ? [] : [`${rows} rows for ${jobs} keys`];
}

function damageIn(path: string): unknown[] {
  using db = new Database(path, { readonly: true });
  return [...faultsIn(path), ...db.query(NOBODYS_BARS).all()];
}
