import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEntry } from "./cache-file.ts";
import { entryOf, isAsWritten, killWriters, SERIES, writeEntries } from "./cache-kills.ts";

test("a cache file reads whole beside its writers and after each of them was killed", async () => {
  const { kills, reads, badReads } = await killWriters(40);
  expect(kills).toBe(40);
  expect(reads).toBeGreaterThanOrEqual(40);
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
  await writeEntries(folder, 3, () => expect(readdirSync(folder).length).toBe(1));
  expect((await readEntry(folder, SERIES))?.holding.fetchedAtMs).toBe(2);
  expect(readdirSync(folder).length).toBe(1);
  rmSync(folder, { recursive: true });
});
