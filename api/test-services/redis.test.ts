import { expect, test } from "bun:test";
import { RedisClient } from "bun";
import { processName } from "../process-name.ts";
import { describeWithRedis } from "./describe.ts";
import { startRedis } from "./redis.ts";
import { leftOf } from "./test-gone.ts";

/** Sends a command on a connection of its own. */
async function ask(url: string, command: string, ...args: string[]): Promise<unknown> {
  const client = new RedisClient(url, { autoReconnect: false });
  try {
    return await client.send(command, args);
  } finally {
    client.close();
  }
}

describeWithRedis("a Redis server for tests", () => {
  test("answers, evicts nothing and keeps no file; stopped, nothing is left of it", async () => {
    const { url, pid, directory, stop } = await startRedis();
    expect(await ask(url, "PING")).toBe("PONG");
    expect(await ask(url, "CONFIG", "GET", "maxmemory-policy")).toEqual({ "maxmemory-policy": "noeviction" });
    expect(await ask(url, "CONFIG", "GET", "appendonly")).toEqual({ appendonly: "no" });
    expect(await ask(url, "CONFIG", "GET", "save")).toEqual({ save: "" });
    const name = processName(pid);
    await stop();
    expect(await leftOf([name], [directory])).toEqual([]);
  });

  test("with appendonly it has its port and every write after a kill, a restart, and a while of being down", async () => {
    const server = await startRedis({ appendonly: true, appendfsync: "always", maxmemoryPolicy: "allkeys-lru" });
    const { url, pid } = server;
    await ask(url, "SET", "a", "1");
    await server.kill9();
    expect(ask(url, "PING")).rejects.toThrow();
    await server.start();
    expect(server.pid).not.toBe(pid);
    await ask(url, "SET", "b", "2");
    await server.restart();
    await ask(url, "SET", "c", "3");
    await server.halt();
    expect(() => server.pid).toThrow("redis is not running");
    await server.start();
    expect(await ask(url, "MGET", "a", "b", "c")).toEqual(["1", "2", "3"]);
    expect(await ask(url, "CONFIG", "GET", "maxmemory-policy")).toEqual({ "maxmemory-policy": "allkeys-lru" });
    expect(await ask(url, "CONFIG", "GET", "appendfsync")).toEqual({ appendfsync: "always" });
    await server.stop();
    expect(await leftOf([], [server.directory])).toEqual([]);
  });
});
