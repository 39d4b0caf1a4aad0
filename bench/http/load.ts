import autocannon, { type Options } from "autocannon";
import { JSON_HEADERS, make } from "./call.ts";
import type { LoadResult, LoadSpec } from "./spec.ts";

// A load in a process of its own: `bun bench/http/load.ts <spec as JSON>`. Prints one line of JSON.

const CHECK_EVERY_MS = 100;

const spec: LoadSpec = JSON.parse(process.argv[2] ?? "");
const { call, connections, warmupSeconds, seconds, amount, perSecond } = spec;
const options: Options = {
  url: call.url,
  method: call.method,
  connections,
  timeout: 60,
  ...(call.body === undefined ? {} : { body: call.body, headers: JSON_HEADERS }),
  ...(perSecond === undefined ? {} : { overallRate: perSecond }),
};
if (warmupSeconds > 0) await autocannon({ ...options, duration: warmupSeconds });

let checked = 0;
let wrong = 0;
let ended = false;
const checks = (async () => {
  while (call.resultHash !== undefined && !ended) {
    checked++;
    if ((await make(call)) !== "good") wrong++;
    await Bun.sleep(CHECK_EVERY_MS);
  }
})();
const { latency, requests, duration, errors, timeouts, statusCodeStats } = await autocannon({
  ...options,
  ...(amount === undefined ? { duration: seconds ?? 1 } : { amount }),
});
ended = true;
await checks;

const good = statusCodeStats["200"]?.count ?? 0;
const { p50, p90, p99, max } = latency;
const result: LoadResult = {
  requests: requests.total,
  perSecond: good / duration,
  ...{ p50, p90, p99, max, checked, wrong },
  bad: requests.total - good + errors + timeouts,
};
console.log(JSON.stringify(result));
