import { afterEach, expect, test } from "bun:test";
import type { JobId } from "../../core/jobs/job.ts";
import type { DueJob, FoundJob } from "../../core/jobs/store.ts";
import { jobIds, LOCAL_USER } from "../ids.ts";
import { describeWithRedis } from "../test-services/describe.ts";
import { startRedis } from "../test-services/redis.ts";
import { testRedisUrl } from "../test-services/shared.ts";
import { until } from "../test-until.ts";
import { bullmqListener } from "./bullmq-listener.ts";
import { bullmqQueue } from "./bullmq-queue.ts";
import type { CarryOut } from "./queue.ts";

const newId = jobIds(Date.now);
const found = (kind: DueJob["kind"] = "backtest", id: JobId = newId(), attempt = 0): FoundJob => ({
  user: LOCAL_USER,
  id,
  kind,
  attempt,
});
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

/** A queue, and how to hear its bells; all are closed after the test. */
async function bells(at?: { readonly url: string; readonly prefix: string }) {
  const redis = at === undefined ? await testRedisUrl() : { ...at, drop: async () => {} };
  cleanUp.push(redis.drop);
  const common = { url: redis.url, prefix: redis.prefix, log: () => {} };
  const queue = bullmqQueue(common);
  cleanUp.push(() => queue.close());
  const heard: DueJob[] = [];
  const listen = (carryOut: CarryOut = async () => {}, backtests = 2, grids = 1) => {
    const listener = bullmqListener({ ...common, backtests, grids, lockMs: 1000 }, async (job) => {
      heard.push(job);
      await carryOut(job);
    });
    cleanUp.push(() => listener.close());
    return listener;
  };
  return { queue, heard, listen };
}

describeWithRedis("bells over Redis", () => {
  test("reach one listener, once each", async () => {
    const { queue, heard, listen } = await bells();
    listen();
    listen();
    const jobs = Array.from({ length: 50 }, () => found());
    await Promise.all(jobs.map((job) => queue.ring(job)));
    await until(() => heard.length >= 50);
    expect(heard.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort());
    expect(heard[0]).toEqual({ user: LOCAL_USER, id: heard[0]!.id, kind: "backtest" });
  });

  test("ring once for an attempt that waits, however often it is rung for, and again for the next one", async () => {
    const { queue, heard, listen } = await bells();
    const job = found();
    for (let i = 0; i < 3; i++) await queue.ring(job);
    expect(await queue.waiting()).toBe(1);
    await queue.ring({ ...job, attempt: 1 });
    expect(await queue.waiting()).toBe(2);
    listen();
    await until(() => heard.length === 2);
    await queue.ring(job);
    await until(() => heard.length === 3);
    expect(heard.every(({ id }) => id === job.id)).toBe(true);
  });

  test("ring no sooner than they are to", async () => {
    const { queue, heard, listen } = await bells();
    listen();
    const startedMs = performance.now();
    await queue.ring(found(), 300);
    await until(() => heard.length === 1);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(290);
  });

  test("for backtests do not wait behind sweeps", async () => {
    const { queue, heard, listen } = await bells();
    const open = Promise.withResolvers<void>();
    for (let i = 0; i < 5; i++) await queue.ring(found("sweep"));
    const job = found();
    await queue.ring(job);
    listen(({ kind }) => (kind === "sweep" ? open.promise : Promise.resolve()));
    await until(() => heard.some(({ id }) => id === job.id));
    expect(heard.filter(({ kind }) => kind === "sweep")).toHaveLength(1);
    open.resolve();
    await until(() => heard.length === 6);
  });

  test("for parts of a sweep ring after whole sweeps, and for the sweep when all its parts were carried out", async () => {
    const { queue, heard, listen } = await bells();
    const [sweep, other] = [found("sweep", newId(), 1), found("sweep")];
    const parts = Array.from({ length: 4 }, () => found("sweep_part"));
    await queue.ringParts(sweep, parts);
    await queue.ring(other);
    let done = 0;
    listen(async ({ kind }) => {
      await Bun.sleep(10);
      if (kind === "sweep_part") done++;
      else if (done > 0) expect(done).toBe(4);
    });
    await until(() => heard.length === 6);
    expect(heard.map(({ kind }) => kind)).toEqual(["sweep", "sweep_part", "sweep_part", "sweep_part", "sweep_part", "sweep"]);
    expect(heard[5]?.id).toBe(sweep.id);
  });

  test("are left to others by a listener that pauses", async () => {
    const { queue, heard, listen } = await bells();
    const listener = listen();
    await queue.ring(found());
    await until(() => heard.length === 1);
    await listener.pause();
    await queue.ring(found());
    await Bun.sleep(100);
    expect(heard).toHaveLength(1);
    expect(await queue.waiting()).toBe(1);
  });
});

describeWithRedis("when Redis dies and comes back", () => {
  test("bells that were rung are heard, ringing meanwhile is refused in time, and all goes on by itself", async () => {
    const redis = await startRedis({ appendonly: true, appendfsync: "always" });
    cleanUp.push(() => redis.stop());
    const { queue, heard, listen } = await bells({ url: redis.url, prefix: "t" });
    const before = found();
    await queue.ring(before);
    await redis.kill9();
    expect(queue.ring(found())).rejects.toThrow("did not answer within");
    await Bun.sleep(2100);
    await redis.start();
    listen();
    await until(() => heard.some(({ id }) => id === before.id));
    const after = found();
    await until(() =>
      queue.ring(after).then(
        () => true,
        () => false,
      ),
    );
    await until(() => heard.some(({ id }) => id === after.id));
    await redis.kill9();
    await redis.start();
    const last = found();
    await until(() =>
      queue.ring(last).then(
        () => true,
        () => false,
      ),
    );
    await until(() => heard.some(({ id }) => id === last.id));
  }, 30_000);
});
