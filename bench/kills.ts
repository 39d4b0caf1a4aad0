import { killServers } from "../api/kills/driver.ts";
import { writeReceipt } from "./receipt.ts";

// The long form of the kill test, with a receipt. Ends with 1 when anything was lost, doubled, wrong or damaged.

const KILLS = 250;
const ROUNDS = 10;
const SEED = 20260201;

const startedMs = performance.now();
const report = await killServers(KILLS, ROUNDS, SEED);
const minutes = (performance.now() - startedMs) / 60_000;
const { lost, doubled, wrong, damage, oddities, orphans } = report;
const at = Object.entries(report.faults);
const rows = [
  ["kills at a random moment under load", report.kills],
  ...at.map(([point, times]) => [`kills at ${point}`, times] as const),
  ["jobs accepted", report.accepted],
  ["completed", report.completed],
  ["cancelled, each of them asked for", report.cancelled],
  ["jobs begun more than once", report.repeated],
  ["accepted and lost, failed or never final", lost.length],
  ["keys with more than one job", doubled.length],
  ["results or curves that differ from a single run's", wrong.length],
  ["damage: integrity check, dangling rows, parts of results", damage.length],
  ["answers that nobody should get", oddities.length],
  ["child processes seen", report.children],
  ["child processes that outlived their server", orphans],
] as const;
writeReceipt("DL-012", "kills", "bun run test:kills", report, {
  title: "The service killed under load",
  notes: [
    `One data folder; six connections send jobs (waited for, not waited for, bars in the request, repeated keys, cancelled) until the process is killed by SIGKILL, then it is started again; ${minutes.toFixed(1)} minutes.`,
    "Every result hash is compared with that of the same request, run once by the other engine in the driver's own process.",
    "SIGKILL ends a process, not the machine: what the kernel holds is still written. A power cut is another matter (SQLITE_SYNCHRONOUS=full).",
  ],
  columns: ["what", "how many"],
  rows: rows.map(([what, count]) => [what, String(count)]),
});
process.exitCode = lost.length + doubled.length + wrong.length + damage.length + oddities.length + orphans === 0 ? 0 : 1;
