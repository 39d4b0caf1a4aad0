import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entryOf, isAsWritten, killDirectoryWriters, SERIES, writeEntries } from "./cache-kills.ts";
import { directorySeries } from "./series-directory.ts";

test("a cache file reads whole beside its writers and after each of them was killed", async () => {
  const { kills, reads, badReads } = await killDirectoryWriters(40);
  expect(kills).toBe(40);
  expect(reads).toBeGreaterThanOrEqual(80);
  expect(badReads).toBe(0);
}, 30_000);

test("an entry mixed from two is told from one as it was written", () => {
  const [one, other] = [entryOf(3), entryOf(4)];
  expect([one, other].map(isAsWritten)).toEqual([true, true]);
  expect(isAsWritten({ holding: one.holding, raw: other.raw })).toBe(false);
  expect(isAsWritten({ ...one, raw: { ...one.raw, low: one.raw.low.with(199, 5) } })).toBe(false);
});

test("writing an entry over another leaves the last one and nothing else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-cache-"));
  const store = directorySeries(folder, Date.now, null);
  await writeEntries(store, 3, () => expect(readdirSync(folder).length).toBe(1));
  expect((await store.read(SERIES))?.holding.fetchedAtMs).toBe(2);
  expect(readdirSync(folder).length).toBe(1);
  rmSync(folder, { recursive: true });
});
