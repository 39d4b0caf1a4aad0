import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../api/test-server.ts";
import { startStandIn } from "../data/yahoo-stand-in.ts";

const DISK_KB = 64;
const BLOCK_BYTES = 4096;

/** What a service did whose cache lies on a full disk. */
export interface FullDisk {
  readonly statuses: readonly number[];
  /** Whole series that the cache holds, and what is free of the disk. */
  readonly kept: number;
  readonly freeBytes: number;
}

/**
 * One process on SQLite, its folder of market data a memory disk without room: jobs on fetched data, one after the other. Null where no disk can be mounted: that takes root.
 */
export async function runOnFullDisk(jobs: number): Promise<FullDisk | null> {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-full-"));
  const cache = join(folder, "cache");
  mkdirSync(cache);
  const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${DISK_KB}k`, "tmpfs", cache], { stderr: "ignore" });
  if (!mounted.success) {
    rmSync(folder, { recursive: true });
    return null;
  }
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true }));
  stack.defer(() => void Bun.spawnSync(["umount", cache]));
  writeFileSync(join(cache, "others"), new Uint8Array((DISK_KB - BLOCK_BYTES / 1024) * 1024));
  const yahoo = startStandIn();
  stack.defer(yahoo.stop);
  const server = await startServer(folder, { YAHOO_BASE_URL: yahoo.url, CONCURRENCY: "1" });
  stack.defer(async () => {
    server.kill("SIGTERM");
    await server.ended;
  });
  const statuses: number[] = [];
  for (let k = 0; k < jobs; k++) {
    const body = { symbol: `FULL${k}`, strategy: "momentum", start: "2005-01-01", end: "2019-12-31", equity_points: "none" };
    const headers = { "content-type": "application/json", prefer: "wait=30" };
    const answer = await fetch(`${server.url}/api/v1/jobs`, { method: "POST", headers, body: JSON.stringify(body) });
    statuses.push(answer.status);
  }
  const { bavail, bsize } = statfsSync(cache);
  return { statuses, kept: readdirSync(cache).filter((name) => name.endsWith(".bars")).length, freeBytes: bavail * bsize };
}
