import { expect, test } from "bun:test";
import { timed } from "./timed.ts";

class Store {
  readonly name = "store";
  constructor(private readonly step: number) {}
  async add(value: number): Promise<number> {
    await Bun.sleep(5);
    return value + this.step;
  }
  async fail(): Promise<void> {
    throw new Error("no");
  }
}

test("calls do what they did, and are told with their time, those that fail too", async () => {
  const told: [string, number][] = [];
  const store = timed(new Store(2), (call, seconds) => void told.push([call, seconds]));
  expect(await store.add(3)).toBe(5);
  expect(store.fail()).rejects.toThrow("no");
  expect(store.name).toBe("store");
  await Bun.sleep(0);
  expect(told.map(([call]) => call).sort()).toEqual(["add", "fail"]);
  expect(told.find(([call]) => call === "add")?.[1]).toBeGreaterThan(0.003);
});
