import { expect, test } from "bun:test";
import { within } from "./within.ts";

test("what comes in time is given, and a failure as it is", async () => {
  expect(await within(1000, "it", Promise.resolve(7))).toBe(7);
  expect(within(1000, "it", Promise.reject(new Error("no")))).rejects.toThrow("no");
});

test("what comes too late is an error that names who was asked, and its own failure harms nobody", async () => {
  const late = Bun.sleep(40).then(() => Promise.reject(new Error("much later")));
  expect(within(5, "Redis", late)).rejects.toThrow("Redis did not answer within 5 ms");
  await Bun.sleep(60);
});
