import { expect, test } from "bun:test";
import { emptyBars } from "../../core/bars.ts";
import type { ProvidedBars } from "../../core/ports.ts";
import { BarCache } from "./bar-cache.ts";

const ROW_BYTES = 48;

function rows(count: number): ProvidedBars {
  const raw = {
    ...emptyBars(count),
    interval: null,
    offsetMinutes: null,
    oddCells: [],
    rows: { word: "row", first: 0 },
    notes: [],
  };
  return { raw, origin: { source: "dataset", symbol: "TEST", adjusted: true, synthetic: false, note: null } };
}

test("what was not used for longest gives way", () => {
  const cache = new BarCache(100 * ROW_BYTES);
  cache.set("a", rows(40));
  cache.set("b", rows(40));
  expect(cache.get("a")).toBeDefined();
  cache.set("c", rows(40));
  expect(["a", "b", "c"].map((name) => cache.get(name) !== undefined)).toEqual([true, false, true]);
});

test("as many go as a new one needs room for", () => {
  const cache = new BarCache(100 * ROW_BYTES);
  for (const name of ["a", "b", "c", "d"]) cache.set(name, rows(25));
  cache.set("e", rows(60));
  expect(["a", "b", "c", "d", "e"].filter((name) => cache.get(name) !== undefined)).toEqual(["d", "e"]);
});

test("a series larger than the whole cache is not kept and drives nothing out", () => {
  const cache = new BarCache(100 * ROW_BYTES);
  cache.set("a", rows(50));
  cache.set("huge", rows(101));
  expect(cache.get("huge")).toBeUndefined();
  expect(cache.get("a")).toBeDefined();
});

test("a series kept already is counted once", () => {
  const cache = new BarCache(100 * ROW_BYTES);
  for (let k = 0; k < 5; k++) cache.set("a", rows(50));
  cache.set("b", rows(50));
  expect(cache.get("a")).toBeDefined();
});
