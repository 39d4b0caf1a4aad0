import { afterEach, expect, test } from "bun:test";
import { openWay } from "../fleet-faults/way.ts";
import { describeWithRedis } from "../test-services/describe.ts";
import { sharedRedis } from "../test-services/shared.ts";
import { until } from "../test-until.ts";
import { Connections } from "./bullmq-connection.ts";
import { lastingRedis } from "./redis.ts";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

/** A way to the shared server, and what complaints were heard. */
async function silentWay() {
  const way = await openWay(Number(new URL((await sharedRedis()).url).port || 6379));
  cleanUp.push(way.close);
  const complaints: string[] = [];
  return {
    way,
    url: `redis://127.0.0.1:${way.port}`,
    complaints,
    trouble: (cause: unknown) => void complaints.push(String(cause)),
  };
}

const holds = (promise: Promise<unknown>) =>
  promise.then(
    () => true,
    () => false,
  );

describeWithRedis("a connection to Redis whose other end is gone without a word", () => {
  test("is given up and made anew for BullMQ", async () => {
    const { way, url, complaints, trouble } = await silentWay();
    const connections = new Connections(url, trouble, 200, 20);
    cleanUp.push(() => connections.close([]));
    const client = connections.open();
    await until(() => client.status === "ready");
    way.forget();
    await until(() => complaints.length > 0);
    expect(complaints[0]).toBe("Error: Redis did not answer within 200 ms");
    await until(() => holds(client.del("nothing")));
  });

  test("is made anew for BullMQ when the first try to do so fails", async () => {
    const { way, url, trouble } = await silentWay();
    const connections = new Connections(url, trouble);
    cleanUp.push(() => connections.close([]));
    const client = connections.open().duplicate();
    await until(() => client.status === "ready");
    client.disconnect();
    way.swallow();
    expect(client.connect()).rejects.toThrow("Connection closed");
    await Bun.sleep(2100);
    way.mend();
    await until(() => holds(client.del("nothing")));
    client.disconnect();
  });

  test("is given up and made anew for news", async () => {
    const { way, url, complaints, trouble } = await silentWay();
    const redis = lastingRedis(url, trouble);
    cleanUp.push(redis.close);
    await redis.ask((client) => client.ping());
    way.forget();
    expect(redis.ask((client) => client.ping())).rejects.toThrow("Redis did not answer within 2000 ms");
    await until(() => holds(redis.ask((client) => client.ping())));
    expect(complaints).toEqual(["Error: Redis did not answer within 2000 ms"]);
  });
});
