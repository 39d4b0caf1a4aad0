import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "../../api/test-services/postgres.ts";
import { runProgram } from "../http/program.ts";
import { type Effort, report, spread, whole } from "../http/report.ts";
import { ms } from "../receipt.ts";
import { cpuOfTree } from "./program.ts";
import type { StoreResult, StoreSpec } from "./spec.ts";

const CHILD = fileURLToPath(new URL("./store-child.ts", import.meta.url));

const STORES = ["SQLite, NORMAL", "SQLite, FULL", "PostgreSQL"] as const;
const AT_ONCE = [1, 16, 64];
const ENDING_MS = 500;

interface Round extends StoreResult {
  /** Processor time of the database's server, ms a job; 0 where there is none. */
  readonly serverMs: number;
}

/** Jobs a second that each store takes through their life, with nothing else to do. */
export async function benchFleetStore(effort: Effort): Promise<void> {
  const jobs = effort.quick ? 300 : 3000;
  const variants = STORES.flatMap((store) => AT_ONCE.map((atOnce) => ({ store, atOnce, rounds: [] as Round[] })));
  for (let round = 0; round < effort.rounds; round++) {
    for (const { store, atOnce, rounds } of variants) rounds.push(await measured(store, { atOnce, warmup: jobs / 3, jobs }));
  }
  report(effort, "DL-022", "store", "fleet-store", variants, {
    title: "Jobs a second in SQLite and in PostgreSQL",
    notes: [
      "A job is accepted with its bars (2,520, stored before), taken, and finished with result, trades and curve (46 KB): three transactions, each committed before the next. Nothing is run.",
      "PostgreSQL waits for the disk at each commit, as SQLite does under FULL; under NORMAL a power cut may cost the last moments. Writes that come together share a transaction in both.",
      `So many jobs at once from one process; ${whole(jobs)} jobs after ${whole(jobs / 3)}, on a database of their own. Median of ${effort.rounds} rounds in turn, with the range.`,
    ],
    columns: ["store", "jobs at once", "jobs/s", "p50 ms", "p99 ms", "client CPU ms/job", "server CPU ms/job"],
    rows: variants.map(({ store, atOnce, rounds }) => {
      const figure = (read: (round: Round) => number, shown = ms) => spread(rounds.map(read), shown);
      return [
        ...[
          store,
          whole(atOnce),
          figure(({ perSecond }) => perSecond, whole),
          figure(({ p50 }) => p50),
          figure(({ p99 }) => p99),
        ],
        ...[figure(({ cpuMs }) => cpuMs), figure(({ serverMs }) => serverMs)],
      ];
    }),
  });
}

async function measured(store: (typeof STORES)[number], how: Omit<StoreSpec, "place">): Promise<Round> {
  if (store === "PostgreSQL") {
    const server = await startPostgres({ durable: true });
    try {
      // What the server spends on the jobs before those that count is counted too.
      const before = cpuOfTree(server.pid);
      const result = await child({ ...how, place: { kind: "postgres", url: server.url } });
      // The processes of its connections end now, and their time is then the server's.
      await Bun.sleep(ENDING_MS);
      return { ...result, serverMs: (1000 * (cpuOfTree(server.pid) - before)) / (how.jobs + how.warmup) };
    } finally {
      await server.stop();
    }
  }
  const folder = mkdtempSync(join(tmpdir(), "backgrid-store-"));
  try {
    const synchronous = store === "SQLite, FULL" ? "full" : "normal";
    const result = await child({ ...how, place: { kind: "sqlite", path: join(folder, "jobs.sqlite"), synchronous } });
    return { ...result, serverMs: 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function child(spec: StoreSpec): Promise<StoreResult> {
  return runProgram(CHILD, JSON.stringify(spec));
}
