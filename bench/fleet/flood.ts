import autocannon, { type Options, type Result } from "autocannon";
import { JSON_HEADERS } from "../http/call.ts";
import type { FloodResult, FloodSpec } from "./spec.ts";

// A load of jobs in a process of its own: `bun bench/fleet/flood.ts <spec as JSON>`. Prints one line of JSON.

const LOOK_MS = 20;
const UNFINISHED = ["queued", "running"];

const { url, body, connections, jobs }: FloodSpec = JSON.parse(process.argv[2] ?? "");
const options: Options = {
  ...{ url: `${url}/api/v1/jobs`, method: "POST", body, connections, timeout: 60 },
  headers: { ...JSON_HEADERS, prefer: jobs.kind === "waited" ? "wait=30" : "respond-async" },
};
const startMs = performance.now();
const cpuStart = process.cpuUsage();
const result = jobs.kind === "waited" ? await waited(jobs.seconds) : await accepted(jobs.amount);
console.log(JSON.stringify(result));

async function waited(seconds: number): Promise<FloodResult> {
  const sent = await autocannon({ ...options, duration: seconds });
  const spent = spentSoFar();
  // Those that were under way when the time was over.
  await allFinal();
  const { p50, p99 } = sent.latency;
  return { ...counted(sent, "200"), ...spent, acceptSeconds: null, p50, p99 };
}

async function accepted(amount: number): Promise<FloodResult> {
  const sent = await autocannon({ ...options, amount });
  await allFinal();
  return { ...counted(sent, "202"), ...spentSoFar(), acceptSeconds: sent.duration, p50: null, p99: null };
}

function spentSoFar() {
  const { user, system } = process.cpuUsage(cpuStart);
  return { seconds: (performance.now() - startMs) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function counted({ requests, errors, timeouts, statusCodeStats }: Result, status: string) {
  const good = statusCodeStats[status]?.count ?? 0;
  return { jobs: good, bad: requests.total - good + errors + timeouts };
}

async function allFinal(): Promise<void> {
  while (await isAnyUnfinished()) await Bun.sleep(LOOK_MS);
}

/** In this order: a queued job can become a running one meanwhile. */
async function isAnyUnfinished(): Promise<boolean> {
  for (const status of UNFINISHED) {
    const response = await fetch(`${url}/api/v1/jobs?status=${status}&limit=1`);
    const { items }: { readonly items: readonly unknown[] } = JSON.parse(await response.text());
    if (items.length > 0) return true;
  }
  return false;
}
