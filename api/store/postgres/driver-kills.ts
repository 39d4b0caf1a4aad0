import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import postgres from "postgres";
import { uniforms } from "../../../core/random.ts";
import { killAll } from "../../test-services/kill.ts";
import { type PostgresServer, startPostgres } from "../../test-services/postgres.ts";

/** What a client under load saw of its killed connections, and what is left of its pool. */
export interface LoadReport {
  /** Promises asked of the driver, and how many of them never settled. */
  readonly issued: number;
  readonly unsettled: number;
  /** How often each error came, by its code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Errors outside of any promise that was asked for. */
  readonly stray: readonly string[];
  /** Answers that were not those of their query. */
  readonly wrong: readonly string[];
  /** Transactions that were acknowledged, of two rows each; those in part, and those acknowledged and not there. */
  readonly committed: number;
  readonly halves: number;
  readonly lost: number;
  /** Afterwards: connections that the pool gives out at once, and those that the server has of the client, its listening one among them. */
  readonly width: number;
  readonly connections: number;
  readonly hasHeard: boolean;
  readonly hasEnded: boolean;
  /** One a second. */
  readonly rssMb: readonly number[];
}

/** How connections were ended, and how the client's process ended. */
export interface KillReport {
  readonly client: LoadReport | null;
  readonly exitCode: number | null;
  readonly terminated: number;
  readonly crashes: number;
  readonly restarts: number;
}

const LOAD = new URL("./driver-load.ts", import.meta.url).pathname;
/** One kill in so many is of all connections, the SIGKILL of a server process, after which the server ends all and recovers, or a restart. */
const ALL_IN = 10;
const CRASH_IN = 40;
const RESTART_IN = 60;
/** How long the client may take: for its report, and for each round. */
const PATIENCE_MS = 30_000;
const ROUND_MS = 200;

/**
 * Kills the connections of a process that uses the driver in every way, on a server of its own.
 *
 * @param rounds       how often something is killed, each time at a random moment and in a random way
 * @param connections  of the client's pool
 * @returns a client of null when its process did not live to report
 */
export async function killConnections(rounds: number, connections: number, seed: number): Promise<KillReport> {
  await using server = await startedServer();
  const client = Bun.spawn([process.execPath, LOAD, server.url, String(connections), String(seed)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    timeout: PATIENCE_MS + rounds * ROUND_MS,
    killSignal: "SIGKILL",
  });
  const lines = createInterface({ input: Readable.from(client.stdout) })[Symbol.asyncIterator]();
  try {
    await lines.next();
    const counts = await killAtRandom(server, rounds, uniforms(seed), () => client.exitCode !== null);
    await client.stdin.end();
    const line = await lines.next();
    const exitCode = await client.exited;
    return { client: line.done ? null : JSON.parse(line.value), exitCode, ...counts };
  } finally {
    client.kill("SIGKILL");
  }
}

async function startedServer() {
  const server = await startPostgres();
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

async function killAtRandom(server: PostgresServer, rounds: number, draw: () => number, isOver: () => boolean) {
  const counts = { terminated: 0, crashes: 0, restarts: 0 };
  const killer = postgres(server.url, { max: 1, backoff: () => 0.02 });
  const oneIn = (n: number) => draw() * n < 1;
  for (let round = 0; round < rounds && !isOver(); round++) {
    await Bun.sleep(5 + 30 * draw());
    if (oneIn(RESTART_IN)) {
      await server.restart("immediate");
      counts.restarts++;
      continue;
    }
    const isCrash = oneIn(CRASH_IN);
    // The server may be down or recovering: then nobody is killed in this round.
    const [victims] = await Promise.allSettled([
      killer<{ pid: number }[]>`
        select pid, ${isCrash} or pg_terminate_backend(pid) as is_gone from
          (select pid from pg_stat_activity where application_name = 'load' order by random() limit ${oneIn(ALL_IN) ? 1000 : 1}) victims`,
    ]);
    const rows = victims.status === "fulfilled" ? victims.value : [];
    if (!isCrash) counts.terminated += rows.length;
    else if (rows[0] !== undefined) {
      await killAll(rows[0].pid);
      counts.crashes++;
    }
  }
  await untilUp(killer);
  await killer.end();
  return counts;
}

/** Waits for the end of a recovery, and for the connections that were killed last to be gone. */
async function untilUp(sql: postgres.Sql): Promise<void> {
  for (let isUp = false; !isUp; ) {
    await Bun.sleep(200);
    const [answer] = await Promise.allSettled([sql`select 1`]);
    isUp = answer.status === "fulfilled";
  }
}
