import { expect, test } from "bun:test";
import { RedisClient } from "bun";
import postgres from "postgres";
import { describeWithPostgres, describeWithRedis, describeWithServices } from "./describe.ts";
import { sharedPostgres, sharedRedis, testDatabase, testRedisUrl } from "./shared.ts";

describeWithServices("the shared services", () => {
  test("are one server each, however often they are asked for", async () => {
    expect(await sharedPostgres()).toEqual(await sharedPostgres());
    expect(await sharedRedis()).toEqual(await sharedRedis());
  });
});

describeWithPostgres("a test's database", () => {
  test("is its own and empty, and goes with whoever is connected", async () => {
    const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
    const [first, second] = [postgres(one.url, { max: 1 }), postgres(two.url, { max: 1 })];
    await first`create table mine (n integer)`;
    expect([...(await second`select tablename from pg_tables where schemaname = 'public'`)]).toEqual([]);
    await Promise.all([one.drop(), two.drop()]);
    expect(first`select 1`).rejects.toThrow();
    await Promise.all([first.end(), second.end()]);
    const server = postgres((await sharedPostgres()).url, { max: 1 });
    const names = [one, two].map(({ url }) => new URL(url).pathname.slice(1));
    expect([...(await server`select datname from pg_database where datname in ${server(names)}`)]).toEqual([]);
    await server.end();
    await one.drop();
  });
});

describeWithRedis("a test's place in Redis", () => {
  test("has a prefix of its own, and dropping it removes its keys alone", async () => {
    const [one, two] = [await testRedisUrl(), await testRedisUrl()];
    expect(one.prefix).not.toBe(two.prefix);
    expect(one.prefix).toMatch(/^[a-z0-9-]+$/);
    const client = new RedisClient(one.url);
    await Promise.all(Array.from({ length: 1500 }, (_, i) => client.set(`${one.prefix}:${i}`, "x")));
    await client.set(`${two.prefix}:kept`, "y");
    await one.drop();
    expect(await client.keys(`${one.prefix}*`)).toEqual([]);
    expect(await client.get(`${two.prefix}:kept`)).toBe("y");
    await two.drop();
    client.close();
  });

  test("without an address in the environment, the server is this process's own, started once", async () => {
    const before = process.env.TEST_REDIS_URL;
    delete process.env.TEST_REDIS_URL;
    try {
      const [one, two] = await Promise.all([sharedRedis(), sharedRedis()]);
      expect(one).toBe(two);
      expect(one.url).not.toBe(before ?? "");
    } finally {
      if (before !== undefined) process.env.TEST_REDIS_URL = before;
    }
  });
});
