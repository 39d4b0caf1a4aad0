import { Registry } from "prom-client";
import { type AppError, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { type BackendParts, faultsOf, poolOf } from "./backend.ts";
import { type Config, isLoopback } from "./config.ts";
import { fleetOf, openFleet } from "./fleet.ts";
import { jobIds } from "./ids.ts";
import { addRunnerGauges, createServiceMetrics } from "./metrics.ts";
import type { Log } from "./parts.ts";
import { fleetProcessName, isDeadFleetProcess } from "./process-name.ts";
import { bullmqListener } from "./queue/bullmq-listener.ts";
import { redisNews } from "./queue/news.ts";
import { createCrew } from "./runner/crew.ts";
import type { Running } from "./serve.ts";
import { tendEquityPoints } from "./store/postgres/equity-points.ts";
import { workerPage } from "./worker-page.ts";

/** A process that runs jobs which others accepted. Errors: `invalid_request` without the settings of a fleet, and those of `openFleet`. */
export async function startWorker(config: Config, log: Log): Promise<Result<Running, AppError>> {
  const fleet = fleetOf(config);
  if (!fleet.ok) return fleet;
  const { redisUrl: url, redisPrefix: prefix, databaseUrl, splitBarTrials, workerPort } = fleet.value;
  if (workerPort !== null && !isLoopback(config.host) && !config.allowAnonymous) {
    return fail("forbidden", `HOST ${config.host} can be reached by other machines: say ALLOW_ANONYMOUS=1 if that is meant`);
  }
  const nowMs = () => Date.now();
  const metrics = createServiceMetrics(new Registry());
  const parts: BackendParts = { config, log, metrics, nowMs };
  const opened = await openFleet(parts, fleet.value);
  if (!opened.ok) return opened;
  const { stores, queue, progress, yahoo, close } = opened.value;
  const pool = poolOf(parts, { kind: "postgres", url: databaseUrl }, null, true);
  const crew = createCrew({
    ...{
      jobs: stores.jobs,
      pool,
      yahoo,
      faults: faultsOf(config),
      leaseMs: config.leaseMs,
      nowMs,
      queue,
      progress,
      log,
      metrics,
    },
    logJobs: config.logRequests,
    tend: tendEquityPoints.bind(null, stores.sql),
    worker: fleetProcessName(),
    isDead: isDeadFleetProcess,
    splitAbove: splitBarTrials,
    newJobId: jobIds(nowMs),
    listenToNews: (onItem) => redisNews(url, prefix, log, onItem),
    listenToQueue: (backtests, grids, carryOut) =>
      bullmqListener({ url, prefix, log, backtests, grids, lockMs: config.leaseMs }, carryOut),
  });
  addRunnerGauges(metrics.registry, {
    get queued() {
      return queue.waiting();
    },
    pool,
  });
  const page =
    workerPort === null
      ? null
      : workerPage(config.host, workerPort, { metrics, stores, queue, engineTrouble: () => pool.trouble });
  if (page?.ok === false) {
    await pool.close(0);
    await close();
    return page;
  }
  await crew.start();
  return ok({
    url: page?.value.url ?? null,
    async stop() {
      await crew.stop(config.shutdownMs);
      await page?.value.stop();
      await close();
    },
  });
}
