import { describe, expect, test } from "bun:test";
import { playInterleaving } from "./interleavings-behaviour.ts";
import type { UserId } from "./job.ts";
import { memoryStores } from "./memory-store.ts";
import { FOUND_SEEDS } from "./seeds.ts";

const SEEDS = 100_000;

async function play(seed: number): Promise<void> {
  let now = 0;
  const { jobs } = memoryStores(() => now);
  const setClock = (nowMs: number) => {
    now = nowMs;
  };
  await playInterleaving(seed, { jobs, user: "user" as UserId, setClock });
}

describe("jobs under crashes, delays, duplicates, reordering, cancels and hand-backs", () => {
  test("keep their promises under every seed that once broke them", async () => {
    for (const seed of FOUND_SEEDS) await play(seed);
    expect(FOUND_SEEDS.length).toBeGreaterThan(0);
  });

  test(`keep their promises in ${SEEDS} interleavings`, async () => {
    for (let seed = 0; seed < SEEDS; seed++) await play(seed);
  }, 60_000);
});
