import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { startPostgres } from "../../api/test-services/postgres.ts";
import { startRedis } from "../../api/test-services/redis.ts";
import { databasePath } from "../../api/wiring.ts";
import { cpuOfTree, type ServiceProcess, startCommand } from "./program.ts";

type Settings = Readonly<Record<string, string>>;

export const PARTS = ["api", "workers", "children", "postgres", "redis"] as const;
/** Seconds of processor time so far, by what spent it. */
export type Spent = Readonly<Record<(typeof PARTS)[number], number>>;

/** What is stored of jobs, and in what state. */
export interface Tally {
  readonly completed: number;
  readonly others: number;
  /** Results with another hash than they should have, and completed jobs without one. */
  readonly wrong: number;
}

/** The service with everything it needs, all of its own. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  spent(): Spent;
  /** Of all jobs stored. */
  tally(resultHash: string): Promise<Tally>;
}

/** A fleet: PostgreSQL that waits for the disk at each commit, Redis with appendonly. */
export interface Fleet extends Served {
  /** Of a superuser, in the service's schema. */
  readonly sql: Sql;
  readonly workers: ServiceProcess[];
  /** One more. */
  work(): Promise<ServiceProcess>;
  /** MiB of the largest process of the service. */
  largestMib(): number;
}

export interface FleetOptions {
  readonly workers: number;
  /** Of every process. */
  readonly settings?: Settings;
  /** Flags for bun, for the HTTP process and for each worker. */
  readonly flags?: { readonly api: readonly string[]; readonly worker: readonly string[] };
  /** Is done with the database server before the service uses it, and has it restarted. */
  readonly prepare?: (sql: Sql) => Promise<void>;
}

const TALLY = `SELECT count(*) FILTER (WHERE status = 'completed') AS completed, count(*) FILTER (WHERE status <> 'completed') AS others,
  count(*) FILTER (WHERE status = 'completed' AND result_hash IS DISTINCT FROM $1) AS wrong
  FROM jobs LEFT JOIN results ON results.user_id = jobs.user_id AND results.job_id = jobs.id`;

/** One HTTP process and some workers, each with one child and one thread. */
export async function openFleet({ workers: count, settings = {}, flags, prepare }: FleetOptions): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = ownFolder(stack);
    const database = await startPostgres({ durable: true });
    stack.defer(() => database.stop());
    const redis = await startRedis({ appendonly: true });
    stack.defer(() => redis.stop());
    const sql = postgres(database.url, { max: 1, onnotice: () => {}, connection: { search_path: "backgrid" } });
    stack.defer(() => sql.end({ timeout: 1 }));
    if (prepare !== undefined) {
      await prepare(sql);
      await database.restart();
    }
    const common = { DATABASE_URL: database.url, REDIS_URL: redis.url, DATA_DIR: join(folder, "data"), ...settings };
    const api = await startCommand(["serve", "--port", "0"], common, join(folder, "api.log"), flags?.api);
    stack.defer(() => api.stop());
    const workers: ServiceProcess[] = [];
    stack.defer(async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    });
    let started = 0;
    const work = async () => {
      const log = join(folder, `worker-${++started}.log`);
      const worker = await startCommand(["worker", "--concurrency", "1", "--threads", "1"], common, log, flags?.worker);
      workers.push(worker);
      return worker;
    };
    for (let k = 0; k < count; k++) await work();
    return {
      ...{ url: api.url, sql, workers, work },
      spent() {
        const times = workers.map((worker) => worker.cpu());
        return {
          api: api.cpu().self,
          workers: times.reduce((sum, { self }) => sum + self, 0),
          children: times.reduce((sum, { children }) => sum + children, 0),
          postgres: cpuOfTree(database.pid),
          redis: cpuOfTree(redis.pid),
        };
      },
      async tally(resultHash) {
        const [row] = await sql.unsafe<Tally[]>(TALLY, [resultHash]);
        return numbersOf(row);
      },
      largestMib: () => Math.max(...[api, ...workers].map((one) => one.largestMib())),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** One process on SQLite, with two children of one thread each. */
export async function openAlone(): Promise<Served> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = ownFolder(stack);
    const dataDir = join(folder, "data");
    const args = ["serve", "--port", "0", "--concurrency", "2", "--threads", "1"];
    const server = await startCommand(args, { DATA_DIR: dataDir }, join(folder, "log"));
    stack.defer(() => server.stop());
    return {
      url: server.url,
      spent() {
        const { self, children } = server.cpu();
        return { api: self, children, workers: 0, postgres: 0, redis: 0 };
      },
      async tally(resultHash) {
        using db = new Database(databasePath({ dataDir }), { readonly: true });
        return numbersOf(db.query<Tally, [string]>(TALLY.replace("$1", "?1")).get(resultHash));
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function ownFolder(stack: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-fleet-bench-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function numbersOf(row: Tally | null | undefined): Tally {
  if (row === null || row === undefined) throw new Error("the database gives no tally");
  return { completed: Number(row.completed), others: Number(row.others), wrong: Number(row.wrong) };
}
