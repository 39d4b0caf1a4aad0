import { expect, test } from "bun:test";
import { playInterleaving } from "../../../core/jobs/interleavings-behaviour.ts";
import type { UserId } from "../../../core/jobs/job.ts";
import { FOUND_SEEDS } from "../../../core/jobs/seeds.ts";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { describeBarVault, describeDatasetStore, describeJobStore } from "../conformance.ts";
import { ALICE, BOB } from "../test-jobs.ts";
import { describeParts, type PartCase } from "./part-behaviour.ts";
import { playParts } from "./part-interleavings-behaviour.ts";
import type { PostgresStores } from "./postgres.ts";
import { faultsOf, testSchema, testUsers } from "./test-postgres.ts";

const DATABASES = 4;

async function open(): Promise<PartCase> {
  let now = 0;
  const schema = await testSchema([ALICE, BOB]);
  const stores = await schema.open({ clock: () => now });
  return {
    ...stores,
    setClock(nowMs) {
      now = nowMs;
    },
    async close() {
      await stores.close();
      await schema.drop();
    },
  };
}

describeWithPostgres("the PostgreSQL store", () => {
  describeJobStore("postgres", open);
  describeBarVault("postgres", open);
  describeDatasetStore("postgres", open);
  describeParts("postgres", open);
});

/** Plays a seed for each user on a store of its own clock, several databases at a time. */
async function playAll(
  seeds: readonly number[],
  play: (seed: number, stage: PostgresStores & { readonly user: UserId; setClock(nowMs: number): void }) => Promise<unknown>,
): Promise<void> {
  const lanes = Array.from({ length: DATABASES }, (_, lane) => seeds.filter((_, k) => k % DATABASES === lane));
  await Promise.all(
    lanes.map(async (own) => {
      const users = testUsers(own.length);
      const schema = await testSchema(users);
      let now = 0;
      const stores = await schema.open({ clock: () => now, max: 3 });
      const setClock = (nowMs: number) => {
        now = nowMs;
      };
      for (const [k, seed] of own.entries()) await play(seed, { ...stores, user: users[k]!, setClock });
      await stores.close();
      expect(await faultsOf(schema.admin)).toEqual([]);
      await schema.drop();
    }),
  );
}

describeWithPostgres("the PostgreSQL store under crashes, delays and duplicates", () => {
  test("keeps the promises of jobs in 100 interleavings", async () => {
    await playAll([...FOUND_SEEDS, ...Array.from({ length: 100 - FOUND_SEEDS.length }, (_, k) => k + 10_000)], playInterleaving);
  });

  test("keeps the promises of sweeps in parts in 50 interleavings", async () => {
    const seeds = Array.from({ length: 50 }, (_, seed) => seed);
    await playAll(seeds, playParts);
  });
});
