import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profilePath } from "../receipt.ts";
import { profileFlags, selfTimeRows } from "./cpu-profile.ts";
import { jobCall, tenYears, upload } from "./jobs.ts";
import { load, programPath } from "./program.ts";
import type { Effort } from "./report.ts";
import { startServer } from "./server.ts";

const ROWS = 40;
const TASKS = "5000";

/** Where the time of the HTTP process and that of a child goes, function by function, by self time. */
export async function benchSyncProfile({ quick }: Effort): Promise<void> {
  const server = await profiled((flags) => serverUnderLoad(flags, quick ? 4 : 15));
  const child = await profiled(tasksInOneProcess);
  const text = [
    "# CPU profiles under sustained load",
    "",
    `\`bun run bench sync-profile\`: \`bun --cpu-prof --cpu-prof-md\`, self time, ${ROWS} rows each. Bun ${Bun.version}. The profiler slows what it watches: shares, not speeds.`,
    "",
    "## The HTTP process: 16 connections, 2,520 daily bars, no curve in the answer",
    "",
    ...server,
    "",
    `## What a child does, without the channel to its parent: ${TASKS} such jobs one after the other, then packed as for the channel`,
    "",
    ...child,
    "",
  ].join("\n");
  if (quick) console.log(text);
  else writeFileSync(profilePath("DL-013", "cpu-profile.md"), text);
}

async function profiled(act: (flags: readonly string[]) => Promise<void>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-profile-"));
  try {
    await act(profileFlags(folder));
    return selfTimeRows(folder, ROWS);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function serverUnderLoad(flags: readonly string[], seconds: number): Promise<void> {
  await using server = await startServer({}, flags);
  const data = await tenYears();
  await upload(server, data);
  const call = await jobCall(server, data, { equity_points: "none" });
  await load({ call, connections: 16, warmupSeconds: 0, seconds });
}

async function tasksInOneProcess(flags: readonly string[]): Promise<void> {
  const child = Bun.spawn([process.execPath, ...flags, programPath("task-child.ts"), "none", TASKS], { stdout: "ignore" });
  if ((await child.exited) !== 0) throw new Error("task-child.ts failed");
}
