import { describe, expect, test } from "bun:test";
import { insisting } from "./insist.ts";

/** A write that is rejected so often, and then gives this. */
function flaky(rejections: number, gives: boolean) {
  let left = rejections;
  return { write: async () => (left-- > 0 ? Promise.reject(new Error("away")) : gives), tries: () => rejections - left };
}

describe("a write that is insisted on", () => {
  test.each([
    [0, true, false, true],
    [0, false, true, false],
    [2, true, false, true],
    [2, false, true, true],
    [2, false, false, false],
  ])(
    "after %i rejections that gives %p, while an earlier one is found written: %p, gives %p",
    async (rejections, gives, found, expected) => {
      const { write } = flaky(rejections, gives);
      expect(await insisting(write, () => found, 5000)).toBe(expected);
    },
  );

  test("is given up after its time, with the last cause", async () => {
    const { write, tries } = flaky(1000, true);
    expect(insisting(write, () => true, 120)).rejects.toThrow("away");
    await Bun.sleep(400);
    expect(tries()).toBeWithin(2, 6);
  });

  test("with no time is tried once", async () => {
    const { write, tries } = flaky(1000, true);
    await insisting(write, () => true, 0).catch(() => {});
    expect(tries()).toBe(1);
  });
});
