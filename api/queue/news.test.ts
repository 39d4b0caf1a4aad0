import { afterEach, describe, expect, test } from "bun:test";
import { RedisClient } from "bun";
import type { JobId } from "../../core/jobs/job.ts";
import { jobIds, LOCAL_USER } from "../ids.ts";
import { describeWithRedis } from "../test-services/describe.ts";
import { startRedis } from "../test-services/redis.ts";
import { testRedisUrl } from "../test-services/shared.ts";
import { until } from "../test-until.ts";
import { type NewsItem, redisNews } from "./news.ts";
import { redisProgress } from "./progress.ts";
import { judgeRedis, lastingRedis } from "./redis.ts";

const newId = jobIds(Date.now);
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

function radio(url: string, prefix: string) {
  const heard: NewsItem[] = [];
  const logged: unknown[] = [];
  const log = (entry: object) => void logged.push(entry);
  const ear = redisNews(url, prefix, log, (item) => void heard.push(item));
  const mouth = redisNews(url, prefix, log, null);
  cleanUp.push(
    () => ear.close(),
    () => mouth.close(),
  );
  const tellUntilHeard = async (item: NewsItem) => {
    const count = heard.length;
    await until(async () => {
      mouth.tell(item);
      await Bun.sleep(20);
      return heard.length > count;
    });
  };
  return { heard, logged, mouth, tellUntilHeard };
}

const cancel = (): NewsItem => ({ kind: "cancel", user: LOCAL_USER, id: newId() });

describeWithRedis("news", () => {
  test("reach other processes in order, and nobody with another prefix", async () => {
    const { url, prefix, drop } = await testRedisUrl();
    cleanUp.push(drop);
    const [here, elsewhere] = [radio(url, prefix), radio(url, `${prefix}-other`)];
    await here.tellUntilHeard(cancel());
    await elsewhere.tellUntilHeard(cancel());
    here.heard.length = 0;
    const id = newId();
    const items: NewsItem[] = [
      { kind: "state", user: LOCAL_USER, id, status: "running", attempt: 1 },
      { kind: "progress", user: LOCAL_USER, id, done: 3, total: 4 },
      { kind: "state", user: LOCAL_USER, id, status: "completed", attempt: 1 },
    ];
    for (const item of items) here.mouth.tell(item);
    await until(() => here.heard.filter((item) => item.id === id).length === 3);
    expect(here.heard.filter((item) => item.id === id)).toEqual(items);
    expect(elsewhere.heard.some((item) => item.id === id)).toBe(false);
  });

  test("that are none are passed over", async () => {
    const { url, prefix, drop } = await testRedisUrl();
    cleanUp.push(drop);
    const { heard, mouth, tellUntilHeard } = radio(url, prefix);
    await tellUntilHeard(cancel());
    const client = new RedisClient(url);
    for (const text of ["{", "null", '{"kind":"state"}', '{"kind":"x"}']) await client.publish(`${prefix}:news`, text);
    client.close();
    const last = cancel();
    mouth.tell(last);
    await until(() => heard.some(({ id }) => id === last.id));
    expect(heard.every(({ kind }) => kind === "cancel")).toBe(true);
  });

  test("are heard again when Redis was away, and the log tells of it once", async () => {
    const redis = await startRedis();
    cleanUp.push(() => redis.stop());
    const { logged, mouth, tellUntilHeard } = radio(redis.url, "t");
    await tellUntilHeard(cancel());
    await redis.kill9();
    for (let i = 0; i < 20; i++) {
      mouth.tell(cancel());
      await Bun.sleep(10);
    }
    expect(logged.length).toBeWithin(1, 3);
    await redis.start();
    await tellUntilHeard(cancel());
  }, 30_000);
});

describeWithRedis("a progress board", () => {
  test("sums up the parts of a grid, each as it was last noted", async () => {
    const { url, prefix, drop } = await testRedisUrl();
    cleanUp.push(drop);
    const redis = lastingRedis(url, () => {});
    cleanUp.push(() => redis.close());
    const board = redisProgress(redis, prefix);
    const id: JobId = newId();
    expect(await board.read(id)).toBeNull();
    expect(await board.note(id, 0, 5)).toBeNull();
    await board.begin(id, 100);
    expect(await board.note(id, 1, 40)).toEqual({ done: 45, total: 100 });
    expect(await board.note(id, 0, 2)).toEqual({ done: 42, total: 100 });
    expect(await board.note(id, 2, 90)).toEqual({ done: 100, total: 100 });
    await board.forget(id);
    expect(await board.read(id)).toBeNull();
  });
});

describeWithRedis("a Redis", () => {
  test("that throws keys away when it is full is refused, and so is one that does not answer", async () => {
    const evicting = await startRedis({ maxmemoryPolicy: "allkeys-lru" });
    cleanUp.push(() => evicting.stop());
    const judged = await judgeRedis(evicting.url);
    expect(judged.ok ? null : judged.error).toMatchObject({ code: "forbidden", detail: expect.stringContaining("allkeys-lru") });
    await evicting.kill9();
    const gone = await judgeRedis(evicting.url);
    expect(gone.ok ? null : gone.error.code).toBe("unavailable");
  });

  test("that keeps what it is given is taken, and says whether it keeps it over a restart", async () => {
    const { url } = await testRedisUrl();
    expect(await judgeRedis(url)).toMatchObject({ ok: true, value: { evictionPolicy: "noeviction" } });
    const lasting = await startRedis({ appendonly: true });
    cleanUp.push(() => lasting.stop());
    expect(await judgeRedis(lasting.url)).toMatchObject({ ok: true, value: { appendOnly: true } });
  });
});

describe("without a server", () => {
  test("a client rejects what it is asked", async () => {
    const redis = lastingRedis("redis://127.0.0.1:1", () => {});
    cleanUp.push(() => redis.close());
    expect(redis.ask((client) => client.ping())).rejects.toThrow("Redis is away");
  });
});
