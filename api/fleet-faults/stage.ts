import postgres from "postgres";
import { uniforms } from "../../core/random.ts";
import { startStandIn } from "../../data/yahoo-stand-in.ts";
import { childrenOf } from "../kills/children.ts";
import { type TestFleet, type TestFront, testFleet } from "../test-fleet.ts";
import type { TestProgram } from "../test-server.ts";
import { type PostgresServer, startPostgres } from "../test-services/postgres.ts";
import { type RedisServer, startRedis } from "../test-services/redis.ts";
import { type Ending, endingsOf, SPLIT_BAR_TRIALS } from "./bodies.ts";
import { FleetClient } from "./client.ts";
import { openWay, type Way } from "./way.ts";
import { startWitness, type Witness } from "./witness.ts";

type Settings = Readonly<Record<string, string>>;

const LEASE_MS = "1500";
const SETTINGS: Settings = {
  JOB_TIMEOUT_MS: "4000",
  JOB_MEMORY_MB: "512",
  SPLIT_BAR_TRIALS: String(SPLIT_BAR_TRIALS),
  WORKER_PORT: "0",
  // Rows for each point make of a result what could be seen in part.
  EQUITY_POINTS_TABLE: "on",
};
const PREFIX = "faults";

/** A fleet on servers of its own, to which faults happen: two HTTP processes and two workers. */
export interface Stage extends AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  /** The ways to Redis: that of the second worker is its own, that of all others the first. */
  readonly ways: readonly [Way, Way];
  readonly fleet: TestFleet;
  /** How long a worker may be silent before others take what it has. */
  readonly leaseMs: number;
  readonly fronts: TestFront[];
  readonly workers: TestProgram[];
  readonly client: FleetClient;
  readonly witness: Witness;
  readonly endings: readonly Ending[];
  /** Of a superuser. */
  readonly sql: postgres.Sql;
  /** The children of processes that were killed. */
  readonly children: Set<string>;
  serve(settings?: Settings): Promise<TestFront>;
  work(at: number, settings?: Settings): Promise<TestProgram>;
  /** Kills it, its children not, and starts another one in its place. */
  replaceWorker(at: number): Promise<void>;
}

/** @param seed of what is sent */
export async function openStage(seed: number, settings: Settings = {}): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  try {
    const yahoo = startStandIn();
    stack.defer(yahoo.stop);
    const server = await startPostgres();
    stack.defer(server.stop);
    const redis = await startRedis({ appendonly: true });
    stack.defer(redis.stop);
    const ways = [await openWay(redis.port), await openWay(redis.port)] as const;
    for (const way of ways) stack.defer(way.close);
    const place = { databaseUrl: server.url, redisUrl: redis.url, prefix: PREFIX };
    const common = { ...SETTINGS, LEASE_MS, YAHOO_BASE_URL: yahoo.url, ...settings };
    const fleet = await testFleet(common, place);
    stack.defer(fleet.end);
    const by = ({ port }: Way) => ({ REDIS_URL: `redis://127.0.0.1:${port}` });
    const serve = (more: Settings = {}) => fleet.serve({ ...by(ways[0]), ...more });
    const work = (at: number, more: Settings = {}) => fleet.work({ ...by(at === 1 ? ways[1] : ways[0]), ...more });
    const endings = endingsOf(yahoo.url);
    // The first one brings the schema up to date.
    const fronts = [await serve()];
    const [front, ...workers] = await Promise.all([serve(), work(0), work(1)]);
    fronts.push(front);
    const sql = postgres(server.url, { max: 3, onnotice: () => undefined });
    stack.defer(() => sql.end({ timeout: 1 }));
    const client = new FleetClient(() => fronts.map(({ url }) => url), uniforms(seed));
    const witness = startWitness(sql, client, await endings);
    stack.defer(witness.stop);
    const children = new Set<string>();
    return {
      ...{ postgres: server, redis, ways, fleet, fronts, workers, client, witness, sql, children, serve, work },
      endings: await endings,
      leaseMs: Number(common.LEASE_MS),
      async replaceWorker(at) {
        const worker = workers[at]!;
        for (const name of childrenOf(worker.pid)) children.add(name);
        worker.kill("SIGKILL");
        await worker.ended;
        workers[at] = await work(at);
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
