import { quantile } from "../../core/statistics/quantile.ts";
import { make, type Verdict } from "./call.ts";
import type { PacedResult, PacedSpec } from "./spec.ts";

// Requests with a fine clock in a process of their own: `bun bench/http/paced.ts <spec as JSON>`. Prints one line of JSON.
// At a rate each is sent when its time has come, whether those before it were answered or not.

const { call, perSecond, warmup, count, beginMs }: PacedSpec = JSON.parse(process.argv[2] ?? "");

const latencies: number[] = [];
const verdicts: Record<Verdict, number> = { good: 0, bad: 0, wrong: 0 };

async function timed(): Promise<void> {
  const start = performance.now();
  const verdict = await make(call);
  latencies.push(performance.now() - start);
  verdicts[verdict]++;
}

for (let i = 0; i < warmup; i++) await make(call);
let ended = false;
if (beginMs !== undefined) {
  process.stdin
    .on("end", () => {
      ended = true;
    })
    .resume();
  await Bun.sleep(Math.max(0, beginMs - Date.now()));
}
const startMs = performance.now();
if (perSecond === null) {
  for (let i = 0; i < count; i++) await timed();
} else {
  const under: Promise<void>[] = [];
  for (let i = 0; i < count && !ended; i++) {
    const pauseMs = startMs + (i * 1000) / perSecond - performance.now();
    if (pauseMs > 0) await Bun.sleep(pauseMs);
    under.push(timed());
  }
  await Promise.all(under);
}
const spentSeconds = (performance.now() - startMs) / 1000;

const sorted = Float64Array.from(latencies).sort();
const result: PacedResult = {
  requests: latencies.length,
  perSecond: latencies.length / spentSeconds,
  ...{ p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99), max: quantile(sorted, 1) },
  ...{ bad: verdicts.bad, wrong: verdicts.wrong },
};
console.log(JSON.stringify(result));
