import { askAtOnce, followElsewhere, listenAndGo } from "../api/fleet-faults/asking.ts";
import { runBadJobs } from "../api/fleet-faults/bad-jobs.ts";
import { LONG_ONE, SPLIT_ONE } from "../api/fleet-faults/bodies.ts";
import { fillCacheDisk } from "../api/fleet-faults/full-disk.ts";
import { killFrontAt, killFrontsAfter202, killWorkerAt, killWorkers } from "../api/fleet-faults/killing.ts";
import { terminate } from "../api/fleet-faults/leaving.ts";
import { killBackends, killRedis, lose, restartPostgres, restartRedis, underLoad } from "../api/fleet-faults/outages.ts";
import { cutWorkerOff, freezeWorker } from "../api/fleet-faults/silence.ts";
import { killInSplitSweep } from "../api/fleet-faults/splitting.ts";
import type { Stage } from "../api/fleet-faults/stage.ts";

/** A fault that happens to a fleet of its own, over and over. */
export interface Scene {
  readonly name: string;
  readonly times: number;
  /** Resolves to what is worth telling of it. */
  act(stage: Stage, time: number): Promise<unknown>;
  /** Of all processes, besides those of the short form. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A lease as it is when nothing is said. */
const USUAL_LEASE = { LEASE_MS: "20000", JOB_TIMEOUT_MS: "60000" };
const STORM = { jobs: 500, connections: 8, longIn: 5, everyMs: 2000, kills: null } as const;
const LOAD = { jobs: 100, connections: 4, pauseMs: 20 };
/** What is accepted in half a minute without workers is worked off afterwards. */
const SLOW = { jobs: 100, connections: 4, pauseMs: 400 };
const OUTAGE_MS = 30_000;

/** @throws with what is not as it must be */
function must(holds: boolean, told: unknown): unknown {
  if (!holds) throw new Error(`not as it must be: ${JSON.stringify(told)}`);
  return told;
}

export const SCENES: readonly Scene[] = [
  {
    name: "500 jobs while a worker is killed (-9) every two seconds",
    times: 1,
    act: (stage) => killWorkers(stage, STORM),
  },
  {
    name: "the same, Redis killed twice and PostgreSQL restarted once",
    times: 1,
    act: (stage) => killWorkers(stage, STORM, [killRedis(stage), restartPostgres(stage, "fast"), killRedis(stage)]),
  },
  {
    name: "a worker killed before, in and after the transaction that writes a result",
    times: 10,
    async act(stage) {
      for (const point of ["before_finish", "mid_equity", "after_finish"] as const) await killWorkerAt(stage, point);
    },
  },
  {
    name: "an HTTP process killed when a job is committed, before it rings, and right after its 202",
    times: 5,
    async act(stage) {
      for (const point of ["after_commit", "before_enqueue"] as const) await killFrontAt(stage, point);
      await killFrontsAfter202(stage, 3);
    },
  },
  {
    name: "Redis restarted, and killed, under load",
    times: 5,
    act: (stage) => underLoad(stage, LOAD, restartRedis(stage), killRedis(stage)),
  },
  {
    name: "PostgreSQL restarted (fast, immediate) and connections killed under load",
    times: 5,
    act: (stage, time) =>
      underLoad(stage, LOAD, restartPostgres(stage, "fast"), restartPostgres(stage, "immediate"), killBackends(stage, 20, time)),
  },
  {
    name: "Redis refuses every connection for 30 s",
    times: 1,
    act: (stage) => underLoad(stage, SLOW, lose(stage.ways, "cut", OUTAGE_MS)),
  },
  {
    name: "Redis is silent for 30 s",
    times: 1,
    act: (stage) => underLoad(stage, SLOW, lose(stage.ways, "swallow", OUTAGE_MS)),
  },
  {
    name: "jobs that never end, always throw, end their process, take all memory",
    times: 3,
    async act(stage) {
      const told = await runBadJobs(stage, 50);
      const tries = told.map(({ strategy, code, attempt }) => `${strategy}: ${code} after ${attempt}`);
      const wanted =
        "fault_exit: crash after 3, fault_loop: timeout after 1, fault_memory: memory after 1, fault_throw: internal after 1";
      return must(tries.join(", ") === wanted, tries);
    },
  },
  {
    name: "a worker frozen (SIGSTOP) for twice its lease, and woken",
    times: 5,
    act: (stage) => frozen(stage),
  },
  {
    name: "the same with the usual lease of 20 s",
    times: 1,
    settings: USUAL_LEASE,
    act: (stage) => frozen(stage),
  },
  {
    name: "a worker cut off from Redis, but not from PostgreSQL",
    times: 6,
    async act(stage, time) {
      const told = await cutWorkerOff(stage, time % 2 === 0 ? "cut" : "swallow", 20);
      return must(told.attempt === 1 && !told.rewritten, told);
    },
  },
  {
    name: "one request 50 times at once with one key, to two processes",
    times: 20,
    async act(stage) {
      const told = await askAtOnce(stage, 50);
      return must(
        told.every((status) => status === 200 || status === 202),
        told,
      );
    },
  },
  {
    name: "SIGTERM of a worker and an HTTP process under load; what runs may end, or is handed back, or Redis is away",
    times: 6,
    async act(stage, time) {
      const told = await terminate(stage, { jobs: 12, graceMs: time % 3 === 0 ? 30_000 : 0, away: time % 3 === 2 });
      return must(told.worker === "0" && told.front === "0" && (told.waited === 200 || told.waited === 202), told);
    },
  },
  {
    name: "no room for market data in PostgreSQL (53100 on every write to its table)",
    times: 1,
    async act(stage) {
      const told = await fillCacheDisk(stage);
      return must(told.keptThen === 0 && told.keptLater === 1 && told.complaints > 0, told);
    },
  },
  {
    name: "listeners that go away, and listeners at another process",
    times: 10,
    async act(stage, time) {
      await listenAndGo(stage, 20);
      const told = await followElsewhere(stage, time % 2 === 0 ? LONG_ONE : SPLIT_ONE);
      return must(told.at(-1) === "end completed" && told.includes("progress"), told);
    },
  },
  {
    name: "workers killed in the middle of a sweep in parts",
    times: 5,
    async act(stage) {
      const told = await killInSplitSweep(stage, 3);
      return must(told.parts > 10 && told.finished.length > 0, told);
    },
  },
];

async function frozen(stage: Stage): Promise<unknown> {
  const told = await freezeWorker(stage);
  return must(told.status === "completed" && told.attempt === 2 && !told.rewritten, told);
}
