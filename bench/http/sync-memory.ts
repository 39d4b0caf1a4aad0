import { jobCall, tenYears, upload } from "./jobs.ts";
import { load } from "./program.ts";
import { type Effort, report, whole } from "./report.ts";
import { startServer } from "./server.ts";

const STEPS = [1000, 4000, 7000, 10_000];
const QUICK_STEPS = [300, 600];
const SETTLE_MS = 2000;

/** Memory of the server and of its children after ever more jobs. */
export async function benchSyncMemory(effort: Effort): Promise<void> {
  await using server = await startServer();
  const data = await tenYears();
  await upload(server, data);
  const call = await jobCall(server, data, { equity_points: "none" });
  const results = [{ jobs: 0, bad: 0, wrong: 0, ...server.memory() }];
  let done = 0;
  for (const jobs of effort.quick ? QUICK_STEPS : STEPS) {
    const { bad, wrong } = await load({ call, connections: 16, warmupSeconds: 0, amount: jobs - done });
    done = jobs;
    await Bun.sleep(SETTLE_MS);
    results.push({ jobs, bad, wrong, ...server.memory() });
  }
  report(effort, "DL-013", "memory", "sync-memory", results, {
    title: "Memory after so many jobs",
    notes: [
      `One server with default settings; 16 connections, no curve in the answer; resident memory ${SETTLE_MS / 1000} s after the last answer of a step, of the children together.`,
      "Pages that a process shares with others count in each of them.",
    ],
    columns: ["jobs", "server MiB", "children MiB", "not 200", "wrong"],
    rows: results.map(({ jobs, server: own, children, bad, wrong }) => [jobs, own, children, bad, wrong].map(whole)),
  });
}
