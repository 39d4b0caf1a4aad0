import { type AppError, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";
import { type Backend, type BackendParts, pointOf, poolOf } from "./backend.ts";
import type { Config, FleetConfig } from "./config.ts";
import { jobsWithPoints, runnerWithPoints } from "./faults.ts";
import { bullmqQueue } from "./queue/bullmq-queue.ts";
import { redisNews } from "./queue/news.ts";
import { redisProgress } from "./queue/progress.ts";
import { rareLog } from "./queue/rare-log.ts";
import { judgeRedis, lastingRedis } from "./queue/redis.ts";
import { createDesk } from "./runner/desk.ts";
import { type EquityLayout, equityLayout, equityPointsWriter } from "./store/postgres/equity-points.ts";
import { migratePostgres } from "./store/postgres/migrate.ts";
import { openPostgres, type PostgresStores } from "./store/postgres/postgres.ts";
import { postgresSeries } from "./store/postgres/series-store.ts";
import { timed } from "./store/timed.ts";
import { yahooBars } from "./wiring.ts";

/** What every process of a fleet shares. */
export interface FleetParts {
  readonly stores: PostgresStores;
  readonly queue: ReturnType<typeof bullmqQueue>;
  readonly progress: ReturnType<typeof redisProgress>;
  readonly yahoo: Backend["yahoo"];
  readonly layout: EquityLayout;
  close(): Promise<void>;
}

/** Opens what a process of a fleet works with. Errors: `unavailable` for a database that cannot be used, `forbidden` for a Redis that throws keys away. */
export async function openFleet(
  { config, log, metrics, nowMs }: BackendParts,
  fleet: FleetConfig,
): Promise<Result<FleetParts, AppError>> {
  const redis = await judgeRedis(fleet.redisUrl);
  if (!redis.ok && redis.error.code === "forbidden") return redis;
  if (!redis.ok) log({ level: "warn", message: `${redis.error.detail}; jobs are accepted and wait until it is back` });
  else if (!redis.value.appendOnly)
    log({
      level: "info",
      message: "Redis keeps nothing over a restart (appendonly is off): jobs are found in the database then",
    });
  const point = pointOf(config);
  if (!point.ok) return point;
  if (fleet.migrationDatabaseUrl !== fleet.databaseUrl) {
    const migrated = await migratePostgres(fleet.migrationDatabaseUrl);
    if (!migrated.ok) return migrated;
  }
  const onPoint = point.value;
  const opened = await openPostgres({
    url: fleet.databaseUrl,
    max: fleet.databaseConnections,
    equityPoints: fleet.equityPoints ? equityPointsWriter : null,
    ...(onPoint === undefined ? {} : { onPoint }),
  });
  if (!opened.ok) return opened;
  const layout = await equityLayout(opened.value.sql);
  const observed = timed(opened.value.jobs, (call, seconds) => metrics.store.observe({ call }, seconds));
  const jobs = onPoint === undefined ? observed : { ...opened.value.jobs, ...jobsWithPoints(opened.value.jobs, onPoint) };
  const board = lastingRedis(fleet.redisUrl, rareLog(log, "Redis (progress)"));
  const queue = bullmqQueue({ url: fleet.redisUrl, prefix: fleet.redisPrefix, log });
  return ok({
    stores: { ...opened.value, jobs },
    queue,
    progress: redisProgress(board, fleet.redisPrefix),
    yahoo: yahooBars(config, nowMs, {
      store: postgresSeries(opened.value.sql),
      onProblem: (message) => log({ level: "warn", message }),
    }),
    layout,
    async close() {
      await queue.close();
      board.close();
      await opened.value.close();
    },
  });
}

/** An HTTP process of a fleet: accepts jobs and answers, and runs none. Errors: those of `openFleet`. */
export async function fleetBackend(parts: BackendParts, fleet: FleetConfig): Promise<Result<Backend, AppError>> {
  const { config, log, metrics } = parts;
  const opened = await openFleet(parts, fleet);
  if (!opened.ok) return opened;
  const { stores, queue, progress, yahoo, layout, close } = opened.value;
  const point = pointOf(config);
  if (!point.ok) return point;
  const pool = poolOf(parts, { kind: "postgres", url: fleet.databaseUrl }, 1);
  const desk = createDesk({
    ...{ jobs: stores.jobs, pool, queue, progress, log, metrics },
    listen: (onItem) => redisNews(fleet.redisUrl, fleet.redisPrefix, log, onItem),
  });
  return ok({
    ...{ jobs: stores.jobs, bars: stores.bars, datasets: stores.datasets, yahoo },
    runner: point.value === undefined ? desk : runnerWithPoints(desk, point.value),
    defaultWaitMs: 0,
    engineTrouble: () => pool.trouble?.detail ?? null,
    pingQueue: () => queue.ping(),
    details: async () => ({ mode: "fleet", equity_points: fleet.equityPoints ? layout : "off" }),
    start: () => desk.start(),
    stop: (graceMs) => desk.stop(graceMs),
    close,
  });
}

/** The settings of a fleet. Errors: `invalid_request` where there are none. */
export function fleetOf({ fleet }: Config): Result<FleetConfig, AppError> {
  if (fleet !== null) return ok(fleet);
  const message = "workers need a database and a queue: set DATABASE_URL and REDIS_URL (without them, serve runs jobs itself)";
  return fail("invalid_request", message, [{ path: "DATABASE_URL", message }]);
}
