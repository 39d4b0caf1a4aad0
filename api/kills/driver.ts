import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniforms } from "../../core/random.ts";
import { FAULT_POINTS, type FaultPoint } from "../faults.ts";
import { RESOURCES } from "../resource.ts";
import { startServer, type TestServer } from "../test-server.ts";
import { type Findings, findingsOf } from "./audit.ts";
import { childrenOf, livingOf } from "./children.ts";
import { Client } from "./client.ts";
import { type Expected, expectedOutcomes } from "./requests.ts";

const CONNECTIONS = 6;
const LONGEST_LIFE_MS = 300;
/** A fault point that nobody comes by is no test of it. */
const FAULT_WITHIN_MS = 10_000;
const OPEN = Object.values(RESOURCES).flatMap(({ path }) => [`${path}?status=queued`, `${path}?status=running`]);
const FINAL_WITHIN_MS = 30_000;
/** A fault kills when so many jobs, or fewer, have come by it. */
const FAULT_WITHIN = 12;

export interface KillReport extends Findings {
  /** Kills at a moment drawn by chance. */
  readonly kills: number;
  /** Kills at each of the fault points. */
  readonly faults: Readonly<Record<FaultPoint, number>>;
  /** Jobs that an answer gave an id for. */
  readonly accepted: number;
  /** Answers that nobody should get. */
  readonly oddities: readonly string[];
  /** Child processes seen, and those of killed servers that lived on. */
  readonly children: number;
  readonly orphans: number;
}

/**
 * Kills the service under load, over and over, on one data folder, and then looks at what is left. Jobs go on from one life to the next,
 * but for no more than two: three lost attempts count as a job's own fault.
 *
 * @param kills  at random moments
 * @param rounds of kills at every fault point
 */
export async function killServers(kills: number, rounds: number, seed: number): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-kills-"));
  const uniform = uniforms(seed);
  const lives: Lives = { folder, client: new Client(uniform), children: new Set() };
  const faults = { after_commit: 0, before_enqueue: 0, before_finish: 0, mid_equity: 0, after_finish: 0 };
  try {
    const expected = await expectedOutcomes();
    let settle = false;
    for (let k = 0; k < kills; k++) {
      await killedByChance(lives, settle, LONGEST_LIFE_MS * uniform());
      settle = !settle;
    }
    for (let round = 0; round < rounds; round++) {
      for (const point of FAULT_POINTS) {
        if (settle) await settled(lives);
        settle = !settle;
        await killedAt(lives, `${point}:${1 + Math.floor(FAULT_WITHIN * uniform())}`);
        faults[point]++;
      }
    }
    const findings = await lastLife(lives, expected);
    const { client, children } = lives;
    const accepted = client.jobs.filter((job) => job.ids.size > 0).length;
    const orphans = await livingOf(children);
    return { ...findings, kills, faults, accepted, oddities: client.oddities, children: children.size, orphans };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One data folder, who sends jobs, and every child process seen. */
interface Lives {
  readonly folder: string;
  readonly client: Client;
  readonly children: Set<string>;
}

/** @param settled whether all jobs of earlier lives may end before the load begins */
async function killedByChance(lives: Lives, settled: boolean, lifeMs: number): Promise<void> {
  await live(lives, {}, settled, async (server) => {
    await Bun.sleep(lifeMs);
    for (const name of childrenOf(server.pid)) lives.children.add(name);
    server.kill("SIGKILL");
  });
}

/** A life without new jobs, in which the old ones end. */
async function settled({ folder, children }: Lives): Promise<void> {
  const server = await startServer(folder);
  try {
    await allFinal(server.url);
    for (const name of childrenOf(server.pid)) children.add(name);
  } finally {
    server.kill("SIGKILL");
    await server.ended;
  }
}

/** @throws when the server lives on */
async function killedAt(lives: Lives, fault: string): Promise<void> {
  await live(lives, { BG_FAULT: fault }, false, async (server) => {
    for (const name of childrenOf(server.pid)) lives.children.add(name);
    const how = await Promise.race([server.ended, Bun.sleep(FAULT_WITHIN_MS).then(() => "no end")]);
    if (how !== "SIGKILL") throw new Error(`BG_FAULT=${fault} did not kill the service: ${how}`);
  });
}

async function live(
  { folder, client }: Lives,
  settings: Readonly<Record<string, string>>,
  settled: boolean,
  die: (server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await startServer(folder, settings);
  const end = new AbortController();
  let load = Promise.resolve();
  try {
    if (settled) await allFinal(server.url);
    load = client.load(server.url, CONNECTIONS, end.signal);
    await die(server);
  } finally {
    server.kill("SIGKILL");
    await server.ended;
    end.abort();
    await load;
  }
}

/** A life in which everything ends well, and then the audit. */
async function lastLife({ folder, client, children }: Lives, expected: readonly Expected[]): Promise<Findings> {
  const server = await startServer(folder);
  try {
    await client.finishOff(server.url);
    await allFinal(server.url);
    for (const name of childrenOf(server.pid)) children.add(name);
    server.kill("SIGTERM");
    const how = await server.ended;
    if (how !== "0") throw new Error(`the service did not end well: ${how}`);
    return await findingsOf(folder, client.jobs, expected);
  } finally {
    server.kill("SIGKILL");
  }
}

/** @throws when jobs are left after a long time */
async function allFinal(url: string): Promise<void> {
  const until = performance.now() + FINAL_WITHIN_MS;
  for (;;) {
    const open = await Promise.all(OPEN.map((list) => fetch(`${url}${list}&limit=1`)));
    const lists = await Promise.all(open.map((response) => response.text()));
    if (lists.every((list) => list.startsWith('{"items":[],'))) return;
    if (performance.now() > until) throw new Error(`jobs are left: ${lists.join(" ")}`);
    await Bun.sleep(20);
  }
}
