import { describe, expect, test } from "bun:test";
import { batchIdOf, isBatchId, isJobId, jobIds, LOCAL_USER } from "./ids.ts";

const NOW = Date.UTC(2024, 0, 2, 3, 4, 5, 678);
const timeOf = (id: string) => Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);

describe("ids of jobs", () => {
  test("are UUIDs of version 7 that hold the time and nothing else but chance", () => {
    const ones = jobIds(
      () => NOW,
      (words) => words.fill(0xffff_ffff),
    );
    const zeros = jobIds(
      () => NOW,
      (words) => words.fill(0),
    );
    const time = "018cc820db2e";
    expect<string>(ones()).toBe(`${time.slice(0, 8)}-${time.slice(8)}-7fff-bfff-ffffffffffff`);
    expect<string>(zeros()).toBe(`${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`);
  });

  test("rise while the clock stands, and are never the same", () => {
    const next = jobIds(() => NOW);
    const ids = Array.from({ length: 100_000 }, next);
    expect(ids.every((id, i) => isJobId(id) && (i === 0 || id > ids[i - 1]!))).toBe(true);
    expect(ids.every((id) => timeOf(id) === NOW)).toBe(true);
  });

  test("rise while the clock goes back, and follow it when it is ahead again", () => {
    const times = [NOW, NOW - 3_600_000, NOW - 1, NOW + 5];
    let i = 0;
    const next = jobIds(() => times[i++]!);
    const ids = times.map(() => next());
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.map(timeOf)).toEqual([NOW, NOW, NOW, NOW + 5]);
  });

  test("borrow the next millisecond when this one has no numbers left", () => {
    const next = jobIds(
      () => NOW,
      (words) => words.fill(0xffff_ffff),
    );
    const first = next();
    const second = next();
    expect([timeOf(first), timeOf(second)]).toEqual([NOW, NOW + 1]);
    expect(second > first).toBe(true);
  });

  test("carry from the low bits into the high ones", () => {
    // First draw: high 0, middle and low all ones; then a step of one.
    const given = [0, 0xffff_ffff, 0xffff_ffff, 0];
    const next = jobIds(
      () => NOW,
      (words) => words.set(given),
    );
    expect([next().slice(14), next().slice(14)]).toEqual(["7000-800f-ffffffffffff", "7000-8010-000000000000"]);
  });

  test("do not repeat their bits: each of the 74 is one about half of the time", () => {
    let now = NOW;
    const next = jobIds(() => now++);
    const ids = Array.from({ length: 4000 }, () => BigInt(`0x${next().replaceAll("-", "")}`));
    const places = Array.from({ length: 80 }, (_, bit) => bit).filter((bit) => bit < 62 || (bit >= 64 && bit < 76));
    expect(places).toHaveLength(74);
    for (const bit of places) {
      const ones = ids.filter((id) => (id >> BigInt(bit)) & 1n).length;
      // 2000 and six standard deviations of 31.6.
      expect(Math.abs(ones - 2000)).toBeLessThan(190);
    }
  });

  test.each([
    "",
    "1",
    "018CC815-71EE-7000-8000-000000000000",
    "018cc815-71ee-4000-8000-000000000000",
    "018cc815-71ee-7000-c000-000000000000",
    "018cc81571ee70008000000000000000",
    "{018cc815-71ee-7000-8000-000000000000}",
    "018cc815-71ee-7000-8000-000000000000\n",
    "018cc815-71ee-7000-8000-00000000000g",
  ])("are not %j", (text) => {
    expect(isJobId(text)).toBe(false);
  });
});

test("ids of batches are of the same kind", () => {
  const id = jobIds(() => NOW)();
  expect(batchIdOf(id) === (id as string)).toBe(true);
  expect([isBatchId(id), isBatchId("x"), isBatchId(id.toUpperCase())]).toEqual([true, false, false]);
});

test("the local user has an id of the same kind", () => {
  expect(isJobId(LOCAL_USER)).toBe(true);
});
