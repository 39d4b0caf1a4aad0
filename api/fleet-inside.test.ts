import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, readConfig } from "./config.ts";
import type { Running } from "./serve.ts";
import { type Service, startService } from "./service.ts";
import { ask, eventsOf, finalAnswer, post } from "./test-client.ts";
import { describeWithServices } from "./test-services/describe.ts";
import { type TestDatabase, type TestRedis, testDatabase, testRedisUrl } from "./test-services/shared.ts";
import { until } from "./test-until.ts";
import { startWorker } from "./worker.ts";

const JOB = { source: "sample", symbol: "SAMPLE-TREND", strategy: "ma_crossover", start: "2015-01-01" };
const GRID = { ...JOB, params: { fast: { from: 2, to: 11 }, slow: { from: 30, to: 120, step: 5 } } };

describeWithServices("a fleet whose processes are one", () => {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-fleet-"));
  const logged: Readonly<Record<string, unknown>>[] = [];
  let [database, redis]: [TestDatabase | undefined, TestRedis | undefined] = [undefined, undefined];
  let service: Service;
  let worker: Running;
  const url = (path: string) => `${service.url}${path}`;

  function configOf(more: Readonly<Record<string, string>> = {}): Config {
    const config = readConfig({
      ...{ NODE_ENV: "test", PORT: "0", DATA_DIR: folder, CONCURRENCY: "1", THREADS: "1", SHUTDOWN_MS: "1000" },
      ...{ DATABASE_URL: database?.url ?? "", REDIS_URL: redis?.url ?? "", REDIS_PREFIX: redis?.prefix ?? "" },
      ...{ LEASE_MS: "1500", JOB_TIMEOUT_MS: "3000", EQUITY_POINTS_TABLE: "on", SPLIT_BAR_TRIALS: "32500", WORKER_PORT: "0" },
      ...{ YAHOO_BASE_URL: "http://127.0.0.1:1" },
      ...more,
    });
    if (!config.ok) throw new Error(config.error.detail);
    return config.value;
  }

  beforeAll(async () => {
    [database, redis] = [await testDatabase(), await testRedisUrl()];
    const log = (entry: Readonly<Record<string, unknown>>) => void logged.push(entry);
    const [served, working] = [await startService(configOf(), log), await startWorker(configOf(), log)];
    if (!served.ok || !working.ok) throw new Error("the fleet does not start");
    [service, worker] = [served.value, working.value];
  });
  afterAll(async () => {
    // What runs at the end is handed back.
    const { headers } = await post(url("/api/v1/jobs"), { ...JOB, strategy: "fault_loop" });
    const place = url(headers.get("location") ?? "");
    await until(async () => (await ask(place)).body.status === "running");
    await worker.stop();
    expect((await ask(place)).body.status).toBe("queued");
    await service.stop();
    await database?.drop();
    await redis?.drop();
    rmSync(folder, { recursive: true });
  });

  test("runs a backtest, and each of its points is a row", async () => {
    const { status, body } = await post(url("/api/v1/jobs"), JOB, { prefer: "wait=20" });
    expect(status).toBe(200);
    const points = body.equity_curve;
    expect(Array.isArray(points) ? points.length : 0).toBeGreaterThan(2000);
    expect(await ask(url("/ready"))).toMatchObject({
      body: { mode: "fleet", equity_points: expect.stringMatching(/^(plain|hypertable)$/) },
    });
  });

  test("runs a sweep in parts, tells its states and how far it is, and collects it", async () => {
    const { headers } = await post(url("/api/v1/sweeps"), GRID);
    const place = url(headers.get("location") ?? "");
    const events = await eventsOf(`${place}/events`);
    expect(events.some((event) => event.startsWith('progress {"done":'))).toBe(true);
    expect(events.at(-1)).toContain('"completed"');
    expect((await ask(place)).body).toMatchObject({ trials: 190, status: "completed" });
    expect(logged.some(({ message }) => String(message).startsWith("sweep is run in parts"))).toBe(true);
  });

  test("runs a walk-forward", async () => {
    const body = { ...JOB, params: { fast: [5, 10], slow: [20, 30] }, in_sample_bars: 500, out_of_sample_bars: 400 };
    expect(await post(url("/api/v1/walk-forwards"), body, { prefer: "wait=20" })).toMatchObject({ status: 200 });
  });

  test("tries three times what may pass, says so, and then gives its problem", async () => {
    const { headers } = await post(url("/api/v1/jobs"), { symbol: "AAPL", strategy: "ma_crossover" });
    const { body } = await finalAnswer(url(headers.get("location") ?? ""), 50_000);
    expect(body).toMatchObject({ status: "failed", problem: { code: "unavailable" } });
    const metrics = await (await fetch(`${worker.url}/metrics`)).text();
    expect(metrics).toMatch(/^backgrid_job_retries_total 2$/m);
    expect(metrics).toMatch(/^backgrid_job_problems_total\{code="unavailable"\} 1$/m);
  }, 60_000);

  test("does not try again what ran out of time", async () => {
    const looped = await post(url("/api/v1/jobs"), { ...JOB, strategy: "fault_loop" }, { prefer: "wait=30" });
    expect(looped).toMatchObject({ status: 500, body: { code: "timeout" } });
  });

  test.each(["jobs", "sweeps"])("ends running %s when they are cancelled", async (path) => {
    const { headers } = await post(url(`/api/v1/${path}`), { ...JOB, strategy: "fault_loop" });
    const place = url(headers.get("location") ?? "");
    await until(async () => (await ask(place)).body.status === "running");
    expect((await ask(place, { method: "DELETE" })).status).toBe(202);
    expect((await post(url("/api/v1/jobs"), JOB, { prefer: "wait=20" })).status).toBe(200);
  });

  test("keeps several tries of one job apart, and rings again for one that nobody rang for", async () => {
    const { headers } = await post(url("/api/v1/jobs"), { ...JOB, strategy: "fault_exit" });
    const { body } = await finalAnswer(url(headers.get("location") ?? ""), 50_000);
    expect(body).toMatchObject({ status: "failed", problem: { code: "crash" } });
  }, 60_000);

  test("answers about its worker, and of nothing else", async () => {
    expect(await ask(`${worker.url}/health`)).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await ask(`${worker.url}/ready`)).toMatchObject({ status: 200, body: { checks: { queue: "ok" } } });
    expect((await ask(`${worker.url}/`)).status).toBe(404);
    const port = new URL(worker.url ?? "").port;
    const second = await startWorker(configOf({ WORKER_PORT: port }), () => {});
    expect(second.ok ? null : second.error).toMatchObject({ code: "unavailable", detail: expect.stringContaining(port) });
    const open = await startWorker(configOf({ HOST: "0.0.0.0" }), () => {});
    expect(open.ok ? null : open.error.code).toBe("forbidden");
  });
});
