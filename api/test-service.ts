import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { fail } from "../core/errors.ts";
import { someBars } from "../core/indicators/generated-bars.ts";
import type { BarProvider } from "../core/ports.ts";
import { ok } from "../core/result.ts";
import { rememberingJudge } from "../core/run/judged-series.ts";
import { VERSION } from "../core/version.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { plainSweeper } from "../engine-ts/sweep.ts";
import { createApp } from "./app.ts";
import { BarCache } from "./compute/bar-cache.ts";
import { runAnyTask } from "./compute/run-any-task.ts";
import { rememberingParser } from "./compute/sweep-requests.ts";
import type { ComputePool, OnProgress, OutputOf, Task, TaskResult } from "./compute/task.ts";
import { NO_PARTS } from "./compute/test-tasks.ts";
import { jobIds, LOCAL_USER } from "./ids.ts";
import { addRunnerGauges, createServiceMetrics } from "./metrics.ts";
import type { Parts } from "./parts.ts";
import { createRunner } from "./runner/runner.ts";
import { openSqlite } from "./store/sqlite.ts";

const MOST_BAR_TRIALS = 1_000_000;
/** The day of generated bars is long over by then. */
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export interface TestService extends AsyncDisposable {
  readonly parts: Parts;
  readonly logged: Readonly<Record<string, unknown>>[];
  /** Tasks wait until `release`. */
  readonly hold: () => void;
  readonly release: () => void;
  readonly uploads: () => readonly string[];
  readonly request: (path: string, init?: RequestInit) => Promise<Response>;
}

/** Bars of AAPL; any other symbol is unknown. */
export const testYahoo: BarProvider = {
  async bars({ symbol, adjusted }) {
    if (symbol !== "AAPL") return fail("not_found", `Yahoo does not know ${symbol}`);
    const rest = { interval: "1d", offsetMinutes: null, oddCells: [], rows: { word: "bar", first: 0 }, notes: [] } as const;
    const raw = { ...someBars(7, 300), ...rest };
    return ok({ raw, origin: { source: "yahoo", symbol, adjusted, synthetic: false, note: "adjusted" } });
  },
};

/** The whole service but for the server and the child processes: SQLite in a folder of its own, tasks run in this process. */
export async function startTestService(changes: Partial<Parts> = {}): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-app-"));
  const opened = openSqlite({ path: join(folder, "test.db"), synchronous: "normal", clock: () => NOW_MS });
  if (!opened.ok) throw new Error(opened.error.detail);
  const stores = opened.value;
  const task = {
    engine: engineTs,
    fallbackReason: null,
    vault: stores.bars,
    cache: new BarCache(2 ** 24),
    judge: rememberingJudge(),
    sweeper: async () => ok({ engine: engineTs, sweeper: plainSweeper(engineTs), fallbackReason: null }),
    partReader: NO_PARTS,
    parse: rememberingParser(),
    mostBytes: undefined,
    mostBarTrials: MOST_BAR_TRIALS,
  };
  let open = Promise.withResolvers<void>();
  open.resolve();
  let load = 0;
  const pool: ComputePool = {
    size: 2,
    ready: Promise.resolve(),
    get load() {
      return load;
    },
    async run<T extends Task>(given: T, signal?: AbortSignal, onProgress?: OnProgress): Promise<TaskResult<T["kind"]>> {
      load++;
      await open.promise;
      load--;
      if (signal?.aborted) return fail("unavailable", "the task was ended");
      const result = await runAnyTask(given, task, onProgress ?? (() => {}));
      if (!result.ok) return result;
      if (!isOutputOf<T["kind"]>(given.kind, result.value)) throw new TypeError(`no output of ${given.kind}`);
      return ok(result.value);
    },
    close: async () => {},
  };
  const logged: Readonly<Record<string, unknown>>[] = [];
  const shared = {
    jobs: stores.jobs,
    nowMs: () => NOW_MS,
    log: (entry: Readonly<Record<string, unknown>>) => void logged.push(entry),
    metrics: createServiceMetrics(new Registry()),
    yahoo: testYahoo,
    faults: [],
  };
  const runner = createRunner({ ...shared, pool, worker: "1:1", isDead: () => false, leaseMs: 30_000 });
  const parts: Parts = {
    ...shared,
    version: VERSION,
    limits: { maxJsonBytes: 2 ** 20, maxDatasetBytes: 2 ** 20, maxDepth: 32, maxQueued: 100 },
    hosts: [],
    user: LOCAL_USER,
    bars: stores.bars,
    datasets: stores.datasets,
    runner,
    newJobId: jobIds(() => NOW_MS),
    logRequests: true,
    defaultWaitMs: 10_000,
    uploadFolder: folder,
    engineTrouble: () => null,
    pingQueue: async () => {},
    details: async () => ({ mode: "one process" }),
    stopping: () => false,
    ...changes,
  };
  addRunnerGauges(parts.metrics.registry, runner);
  const app = createApp(parts);
  return {
    parts,
    logged,
    hold: () => {
      open = Promise.withResolvers<void>();
    },
    release: () => open.resolve(),
    uploads: () => readdirSync(folder).filter((name) => name.endsWith(".upload")),
    request: async (path, init) => app.request(path, init),
    async [Symbol.asyncDispose]() {
      open.resolve();
      await runner.stop(1000);
      await stores.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isOutputOf<K extends Task["kind"]>(kind: K, output: OutputOf[Task["kind"]]): output is OutputOf[K] {
  return output.kind === kind;
}

/** The fields that tests look at; which of them an answer has is what they test. */
export interface Shown {
  readonly job_id: string;
  readonly sweep_id: string;
  readonly walk_forward_id: string;
  readonly status: string;
  readonly code: string;
  readonly detail: string;
  readonly request_id: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  readonly data: { readonly bars: number };
  readonly equity_curve: readonly { readonly equity: number }[] | null;
  readonly equity_curve_sampled?: boolean;
  readonly trades: readonly object[];
  readonly items: readonly Shown[];
  readonly next_cursor: string | null;
  readonly result_hash: string;
  readonly symbol: string;
}

export async function shownBy(response: Response): Promise<Shown> {
  const value: Shown = JSON.parse(await response.text());
  return value;
}

/** A request that posts JSON. */
export function post(body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}

export const A_JOB = { symbol: "SAMPLE-TREND", source: "sample", strategy: "ma_crossover", start: "2020-01-01" } as const;
