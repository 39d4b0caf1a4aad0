import { afterAll, beforeAll, expect, test } from "bun:test";
import { RedisClient } from "bun";
import { describeWithRedis } from "../test-services/describe.ts";
import { type RedisServer, startRedis } from "../test-services/redis.ts";
import type { Check } from "./check.ts";
import { infoChecks, redisChecks } from "./redis.ts";

const statuses = (checks: readonly Check[]) => Object.fromEntries(checks.map(({ name, status }) => [name, status]));
const detailOf = (checks: readonly Check[], name: string) => checks.find((one) => one.name === name)?.detail ?? "";

describeWithRedis("the doctor, of Redis", () => {
  let server: RedisServer;
  let client: RedisClient;
  beforeAll(async () => {
    server = await startRedis();
    client = new RedisClient(server.url);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  const set = (name: string, value: string) => client.send("CONFIG", ["SET", name, value]);

  test("warns of one that keeps nothing, and is content with the rest", async () => {
    const checks = await redisChecks(server.url);
    expect(statuses(checks)).toEqual({ redis: "ok", redis_eviction: "ok", redis_appendonly: "warn", redis_memory: "ok" });
    expect(detailOf(checks, "redis")).toMatch(/^\d+\.\d+\.\d+ at redis:\/\/127\.0\.0\.1:\d+$/);
    expect(detailOf(checks, "redis_memory")).toMatch(/^[\d.]+ MB, without a limit$/);
  });

  test("is content once it keeps what it is told", async () => {
    await set("appendonly", "yes");
    expect(statuses(await redisChecks(server.url)).redis_appendonly).toBe("ok");
    await set("appendonly", "no");
  });

  test("fails where keys may be thrown away", async () => {
    await set("maxmemory-policy", "allkeys-lru");
    const checks = await redisChecks(server.url);
    expect(statuses(checks).redis_eviction).toBe("fail");
    expect(detailOf(checks, "redis_eviction")).toStartWith("maxmemory-policy is allkeys-lru: ");
    await set("maxmemory-policy", "noeviction");
  });

  test("warns where it is nearly full", async () => {
    await set("maxmemory", String(2 ** 30));
    expect(detailOf(await redisChecks(server.url), "redis_memory")).toMatch(/^[\d.]+ MB of 1024\.0 MB$/);
    await set("maxmemory", "1mb");
    expect(statuses(await redisChecks(server.url)).redis_memory).toBe("warn");
    await set("maxmemory", "0");
  });

  test("fails with a wrong password, and shows none", async () => {
    await set("requirepass", "right-one");
    const url = new URL(server.url);
    url.password = "wrong-one";
    const checks = await redisChecks(url.href);
    expect(statuses(checks)).toEqual({ redis: "fail" });
    expect(JSON.stringify(checks)).not.toContain("wrong-one");
    url.password = "right-one";
    const right = await redisChecks(url.href);
    expect(statuses(right).redis).toBe("ok");
    expect(JSON.stringify(right)).not.toContain("right-one");
  });
});

test("a Redis that is not there fails the doctor's look", async () => {
  const [only, ...others] = await redisChecks("redis://name:secret@127.0.0.1:1");
  expect(others).toEqual([]);
  expect(only?.status).toBe("fail");
  expect(only?.detail).toStartWith("redis://name@127.0.0.1:1 is not reachable: ");
});

test("one that takes connections and says nothing does too", async () => {
  using hole = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const [only] = await redisChecks(`redis://127.0.0.1:${hole.port}`);
  expect([only?.status, only?.detail.includes("2000 ms")]).toEqual(["fail", true]);
});

test("a Redis that is old for the queue, and one that does not tell its policy, are told", () => {
  const checks = infoChecks("redis://old", "# Server\r\nredis_version:6.0.16\r\nmaxmemory:0\r\nused_memory:1\r\n");
  expect(statuses(checks)).toEqual({ redis: "warn", redis_eviction: "fail", redis_appendonly: "warn", redis_memory: "ok" });
  expect(detailOf(checks, "redis")).toBe("6.0.16 at redis://old: the queue is made for 6.2.0 and newer");
});
