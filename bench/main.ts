import { benchDriver } from "./driver.ts";
import { benchExact } from "./exact.ts";
import { benchFleetProfile } from "./fleet/profile.ts";
import { benchQueues, PG_FLAG } from "./fleet/queues.ts";
import { benchFleetStore } from "./fleet/store.ts";
import { benchFleetSweep } from "./fleet/sweep.ts";
import { benchFleetTen } from "./fleet/ten.ts";
import { benchFleetThroughput } from "./fleet/throughput.ts";
import { benchHono } from "./http/hono.ts";
import { benchIsolation } from "./http/isolation.ts";
import { type Effort, FULL, QUICK } from "./http/report.ts";
import { benchSize } from "./http/size.ts";
import { benchSqlite } from "./http/sqlite.ts";
import { benchSweepLatency } from "./http/sweep-latency.ts";
import { benchSyncHeavy } from "./http/sync-heavy.ts";
import { benchSyncLatency } from "./http/sync-latency.ts";
import { benchSyncMemory } from "./http/sync-memory.ts";
import { benchSyncProfile } from "./http/sync-profile.ts";
import { benchSyncThroughput } from "./http/sync-throughput.ts";
import { benchYahoo } from "./http/yahoo.ts";
import { benchKernels } from "./kernels/main.ts";
import { benchLuck } from "./luck.ts";
import { benchProfile } from "./profile.ts";
import { benchReading } from "./reading.ts";
import { benchRuntime } from "./runtime.ts";
import { benchStartup } from "./startup.ts";
import { benchSweepDense } from "./sweeps/dense.ts";
import { benchSweepGrowth } from "./sweeps/growth.ts";
import { benchSweepKernels } from "./sweeps/kernels.ts";
import { benchSweepMetrics } from "./sweeps/metrics-share.ts";
import { benchSweepThresholds } from "./sweeps/thresholds.ts";
import { benchVolatility } from "./volatility.ts";

// `bun run bench [suite or group ...] [--quick] [--pg=folder]` makes the receipts of profiles/; without names all suites run, one after the other, but for
// `luck`, which takes minutes, and for `driver` and the group fleet, which need PostgreSQL and Redis. With --quick the suites of the groups http, sweeps and
// fleet, and luck, run for seconds, once, and write nothing. --pg tells `queues` where the package pg is.

const suites: Readonly<Record<string, (effort: Effort) => void | Promise<void>>> = {
  runtime: benchRuntime,
  engines: () => benchKernels(5),
  profile: benchProfile,
  volatility: benchVolatility,
  exact: benchExact,
  startup: benchStartup,
  reading: benchReading,
  hono: benchHono,
  sqlite: benchSqlite,
  isolation: benchIsolation,
  "sync-latency": benchSyncLatency,
  "sync-throughput": benchSyncThroughput,
  "sync-heavy": benchSyncHeavy,
  "sync-memory": benchSyncMemory,
  "sync-profile": benchSyncProfile,
  size: benchSize,
  yahoo: benchYahoo,
  "sweep-kernels": benchSweepKernels,
  "sweep-dense": benchSweepDense,
  "sweep-metrics": benchSweepMetrics,
  "sweep-growth": benchSweepGrowth,
  "sweep-thresholds": benchSweepThresholds,
  "sweep-latency": benchSweepLatency,
  luck: benchLuck,
  driver: benchDriver,
  "fleet-throughput": benchFleetThroughput,
  "fleet-profile": benchFleetProfile,
  "fleet-ten": benchFleetTen,
  "fleet-sweep": benchFleetSweep,
  "fleet-store": benchFleetStore,
  queues: benchQueues,
};
const FLEET = ["fleet-throughput", "fleet-profile", "fleet-ten", "fleet-sweep", "fleet-store", "queues"];
const ONLY_WHEN_NAMED = ["driver", "luck", ...FLEET];
const SYNC = ["sync-latency", "sync-throughput", "sync-heavy", "sync-memory", "sync-profile", "size"];
const groups: Readonly<Record<string, readonly string[]>> = {
  fleet: FLEET,
  sync: SYNC,
  sweeps: ["sweep-kernels", "sweep-dense", "sweep-metrics", "sweep-growth", "sweep-thresholds", "sweep-latency"],
  http: ["hono", "sqlite", "isolation", ...SYNC, "yahoo"],
};

const given = process.argv.slice(2);
const effort = given.includes("--quick") ? QUICK : FULL;
const asked = given.filter((name) => name !== "--quick" && !name.startsWith(PG_FLAG)).flatMap((name) => groups[name] ?? [name]);
const unknown = asked.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  const known = [...Object.keys(suites), ...Object.keys(groups)].join(", ");
  process.stderr.write(`unknown suite ${unknown.join(", ")}; there are ${known}\n`);
  process.exit(2);
}
const chosen = asked.length > 0 ? asked : Object.keys(suites).filter((name) => !ONLY_WHEN_NAMED.includes(name));
for (const [name, suite] of Object.entries(suites)) if (chosen.includes(name)) await suite(effort);
