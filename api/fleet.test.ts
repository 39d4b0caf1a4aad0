import { afterAll, beforeAll, expect, test } from "bun:test";
import { ask, eventsOf, finalAnswer, post } from "./test-client.ts";
import { type TestFleet, type TestFront, testFleet } from "./test-fleet.ts";
import { describeWithServices } from "./test-services/describe.ts";
import { until } from "./test-until.ts";

const JOB = { source: "sample", symbol: "SAMPLE-TREND", strategy: "ma_crossover", start: "2015-01-01" };
const GRID = { ...JOB, params: { fast: { from: 2, to: 21 }, slow: { from: 30, to: 120, step: 5 } } };
const ASYNC = { prefer: "respond-async" };

describeWithServices("a fleet of two that answer and two that work", () => {
  let fleet: TestFleet;
  let fronts: readonly [TestFront, TestFront];
  let workerUrl: string;
  const at = (k: 0 | 1, path: string) => `${fronts[k].url}${path}`;
  const placeOf = (location: string | null, k: 0 | 1 = 0) => at(k, location ?? "");

  beforeAll(async () => {
    // A sweep of more than 100 trials x 2,600 bars is run in parts: four times the setting, as its averages are kept in order.
    fleet = await testFleet({ LEASE_MS: "1500", JOB_TIMEOUT_MS: "3000", SPLIT_BAR_TRIALS: "65000" });
    fronts = [await fleet.serve(), await fleet.serve()];
    const worker = await fleet.work({ WORKER_PORT: "0" });
    workerUrl = worker.url ?? "";
    await fleet.work();
  });
  afterAll(() => fleet.end());

  test("answers at once, and with the result when it is done, from either", async () => {
    const accepted = await post(at(0, "/api/v1/jobs"), JOB);
    expect(accepted).toMatchObject({ status: 202, body: { status: "queued" } });
    const location = accepted.headers.get("location");
    for (const k of [0, 1] as const) {
      const { body } = await finalAnswer(placeOf(location, k));
      expect(body).toMatchObject({ status: "completed", symbol: "SAMPLE-TREND", data: { source: "sample" } });
    }
  });

  test("waits for the result where it is asked to, and gives what one process gives", async () => {
    const { status, body } = await post(at(1, "/api/v1/jobs"), JOB, { prefer: "wait=20" });
    expect(status).toBe(200);
    const verified = await ask(at(0, `/api/v1/jobs/${body.job_id}/verify`), { method: "POST" });
    expect(verified.body).toMatchObject({ match: true, expected: body.result_hash });
  });

  test("tells of a job to a listener of the other process, to the end", async () => {
    const { headers } = await post(at(0, "/api/v1/sweeps"), GRID, ASYNC);
    const events = await eventsOf(`${placeOf(headers.get("location"), 1)}/events`);
    expect(events.at(-1)).toStartWith('end {"sweep_id":');
    expect(events.at(-1)).toContain('"completed"');
    expect(events.some((event) => event.startsWith("state"))).toBe(true);
  });

  test("runs a large sweep in parts, and its answer is that of the same sweep run whole", async () => {
    const whole = await testFleet({ SPLIT_BAR_TRIALS: "100000000" });
    try {
      const [one] = [await whole.serve(), await whole.work()];
      const unsplit = await post(`${one.url}/api/v1/sweeps`, GRID, { prefer: "wait=30" });
      const split = await post(at(0, "/api/v1/sweeps"), GRID, { prefer: "wait=30" });
      expect([unsplit.status, split.status]).toEqual([200, 200]);
      const { sweep_id: _a, created_at: _b, runtime_seconds: _c, trials_per_second: _d, ...left } = unsplit.body;
      const { sweep_id: id, created_at: _e, runtime_seconds: _f, trials_per_second: _g, ...right } = split.body;
      expect(right).toEqual(left);
      expect(fleet.logged.some((line) => line.includes("in parts") && line.includes(String(id)))).toBe(true);
      const trials = await ask(at(1, `/api/v1/sweeps/${id}/trials?limit=1000&sort=-sharpe`));
      expect(trials.body.items).toHaveLength(380);
    } finally {
      await whole.end();
    }
  });

  test("ends a running job in whichever process it runs, when it is cancelled", async () => {
    const { headers } = await post(at(0, "/api/v1/jobs"), { ...JOB, strategy: "fault_loop" });
    const place = placeOf(headers.get("location"), 1);
    await until(async () => (await ask(place)).body.status === "running");
    expect((await ask(place, { method: "DELETE" })).status).toBe(202);
    expect((await ask(placeOf(headers.get("location")))).body.status).toBe("cancelled");
    const next = await post(at(0, "/api/v1/jobs"), JOB, { prefer: "wait=20" });
    expect(next.status).toBe(200);
  });

  test("makes one job of one key, whichever process hears it", async () => {
    const sent = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post(at((n % 2) as 0 | 1, "/api/v1/jobs"), JOB, { "idempotency-key": "one" })),
    );
    expect(new Set(sent.map(({ headers }) => headers.get("location"))).size).toBe(1);
    expect(sent.filter(({ headers }) => headers.get("idempotency-replayed") === null)).toHaveLength(1);
    const other = await post(at(1, "/api/v1/jobs"), { ...JOB, initial_cash: 7 }, { "idempotency-key": "one" });
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
  });

  test("refuses what is wrong in itself without a try, and what its data forbid", async () => {
    const wrong = await post(at(0, "/api/v1/jobs"), { ...JOB, params: { fast: 0 } });
    expect(wrong).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    const short = await post(at(0, "/api/v1/jobs"), { ...JOB, start: "2024-12-20" }, { prefer: "wait=20" });
    expect(short).toMatchObject({ status: 422, body: { code: "no_data" } });
  });

  test("keeps datasets for all, and runs on them", async () => {
    const rows = ["Date,Open,High,Low,Close,Volume"];
    for (let day = 1; day <= 28; day++)
      rows.push(`2024-02-${String(day).padStart(2, "0")},${day},${day + 1},${day - 0.5},${day + 0.5},10`);
    const init = { method: "PUT", headers: { "content-type": "text/csv" }, body: rows.join("\n") };
    expect((await ask(at(0, "/api/v1/datasets/MINE"), init)).status).toBe(201);
    const run = await post(
      at(1, "/api/v1/jobs"),
      { source: "dataset", symbol: "MINE", strategy: "buy_and_hold" },
      { prefer: "wait=20" },
    );
    expect(run).toMatchObject({ status: 200, body: { data: { bars: 28 } } });
  });

  test("says how it is", async () => {
    expect(await ask(at(0, "/ready"))).toMatchObject({ status: 200, body: { mode: "fleet", equity_points: "off" } });
    expect(await ask(`${workerUrl}/ready`)).toMatchObject({
      status: 200,
      body: { checks: { store: "ok", queue: "ok", engine: "ok" } },
    });
    expect((await ask(`${workerUrl}/health`)).status).toBe(200);
    expect((await ask(`${workerUrl}/other`)).status).toBe(404);
    const metrics = await (await fetch(`${workerUrl}/metrics`)).text();
    for (const name of ["wait_seconds_count", "run_seconds_count", "retries_total"])
      expect(metrics).toContain(`backgrid_job_${name}`);
    expect(metrics).toMatch(/backgrid_store_seconds_count\{call="take"\} \d/);
    expect(metrics).toMatch(/backgrid_jobs_queued \d/);
  });
});

describeWithServices("workers of a fleet", () => {
  test("that are stopped finish what they have, end with 0, and leave the rest to others", async () => {
    const fleet = await testFleet({ SHUTDOWN_MS: "2000", JOB_TIMEOUT_MS: "60000" });
    try {
      const front = await fleet.serve();
      const first = await fleet.work();
      const slow = await post(`${front.url}/api/v1/jobs`, { ...JOB, strategy: "fault_loop" });
      await until(async () => (await ask(`${front.url}${slow.headers.get("location")}`)).body.status === "running");
      const waiting = await post(`${front.url}/api/v1/jobs`, JOB);
      first.kill("SIGTERM");
      expect(await first.ended).toBe("0");
      expect((await ask(`${front.url}${slow.headers.get("location")}`)).body.status).toBe("queued");
      await ask(`${front.url}${slow.headers.get("location")}`, { method: "DELETE" });
      await fleet.work();
      const { body } = await finalAnswer(`${front.url}${waiting.headers.get("location")}`);
      expect(body.status).toBe("completed");
      front.kill("SIGTERM");
      expect(await front.ended).toBe("0");
    } finally {
      await fleet.end();
    }
  }, 40_000);

  test("are not started without a database, and not on a Redis that throws keys away", async () => {
    const { startRedis } = await import("./test-services/redis.ts");
    const { startWorker } = await import("./worker.ts");
    const { readConfig } = await import("./config.ts");
    const alone = readConfig({});
    const refused = alone.ok ? await startWorker(alone.value, () => {}) : alone;
    expect(refused.ok ? null : refused.error).toMatchObject({ code: "invalid_request", findings: [{ path: "DATABASE_URL" }] });
    const redis = await startRedis({ maxmemoryPolicy: "volatile-lru" });
    try {
      const config = readConfig({ DATABASE_URL: "postgres://127.0.0.1:1/none", REDIS_URL: redis.url });
      const worker = config.ok ? await startWorker(config.value, () => {}) : config;
      expect(worker.ok ? null : worker.error).toMatchObject({ code: "forbidden", detail: expect.stringContaining("noeviction") });
    } finally {
      await redis.stop();
    }
  });
});
