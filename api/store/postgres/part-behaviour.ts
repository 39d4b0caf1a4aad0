import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { JobId, NewPart, PartOutput } from "../../../core/jobs/job.ts";
import type { PartReader, PartStore } from "../../../core/jobs/store.ts";
import {
  ALICE,
  ANY,
  BOB,
  jobBench,
  LEASE,
  NOTHING,
  NOW,
  PROBLEM,
  type StoreCase,
  testBars,
  testOutput,
  testSweep,
} from "../test-jobs.ts";

/** A store whose sweeps can be run in parts. */
export interface PartCase extends StoreCase {
  readonly jobs: StoreCase["jobs"] & PartStore & PartReader;
}

/** The output of an attempt of a part, which tells them. */
export function testPart(part: number, attempt: number, length = 16): PartOutput {
  return { trials: Uint8Array.from({ length }, (_, i) => (i === 0 ? part : i === 1 ? attempt : i % 251)) };
}

/** What a store promises of sweeps that are run in parts, as tests. */
export function describeParts(name: string, open: () => Promise<PartCase>): void {
  describe(`sweeps in parts: ${name}`, () => {
    let at: PartCase;
    beforeAll(async () => {
      at = await open();
      at.setClock(NOW);
    });
    afterAll(() => at.close());
    const on = jobBench(() => at);

    /** A sweep of Alice that its first attempt split, and its parts of 10 trials each. */
    async function splitSweep(count: number, changes: Parameters<typeof on.taken>[0] = {}) {
      const sweep = await on.taken({ kind: "sweep", ...changes });
      const parts = partsFor(count);
      expect(await at.jobs.split(ALICE, sweep, 1, parts)).toBe(true);
      return { sweep, parts, ids: parts.map(({ id }) => id) };
    }

    const partsFor = (count: number): NewPart[] =>
      Array.from({ length: count }, (_, part) => ({
        ...{ id: `018bcfe5-6800-7000-9000-${on.next().toString(16).padStart(12, "0")}` as JobId, part },
        ...{ first: 10 * part, count: 10 },
      }));

    async function finishAll(ids: readonly JobId[]): Promise<string[]> {
      const ends: string[] = [];
      for (const [part, id] of ids.entries()) {
        const taken = await at.jobs.takePart(ALICE, id, "1:2", LEASE);
        ends.push(await at.jobs.finishPart(ALICE, id, taken!.state.attempt, testPart(part, taken!.state.attempt)));
      }
      return ends;
    }

    test("are taken with all that is needed to run them, and are due until they are", async () => {
      const bars = testBars("swept in parts");
      const { sweep, parts, ids } = await splitSweep(2, { symbol: "PARTS1" });
      await at.bars.put(bars);
      expect((await at.jobs.due(1000)).filter(({ id }) => ids.includes(id))).toEqual(
        ids.map((id) => ({ user: ALICE, id, kind: "sweep_part", attempt: 0 })),
      );
      const whole = await at.jobs.find(ALICE, sweep);
      const { createdAtMs, symbol, strategy, request } = whole!;
      expect<unknown>(await at.jobs.takePart(ALICE, ids[1]!, "1:2", LEASE)).toEqual({
        ...{ ...parts[1], kind: "sweep_part", sweep, createdAtMs, symbol, strategy, request, bars: whole!.bars },
        state: { status: "running", attempt: 1, tries: 1, leaseUntilMs: NOW + LEASE, worker: "1:2" },
      });
      expect(await at.jobs.takePart(ALICE, ids[1]!, "1:3", LEASE)).toBeUndefined();
      expect(await at.jobs.takePart(BOB, ids[0]!, "1:3", LEASE)).toBeUndefined();
      expect((await at.jobs.due(1000)).map(({ id }) => id)).toContain(ids[0]!);
    });

    test("are collected once the last of them is finished, by whoever takes the sweep then", async () => {
      const { sweep, parts, ids } = await splitSweep(3);
      const standing = async () => (await at.jobs.partsOf(ALICE, sweep)).map(({ finished }) => finished);
      expect(await at.jobs.partsOf(ALICE, sweep)).toEqual(parts.map((part) => ({ ...part, finished: false })));
      expect(await at.jobs.take(ALICE, sweep, "1:3", LEASE)).toBeUndefined();
      expect(await finishAll([ids[2]!, ids[0]!])).toEqual(["finished", "finished"]);
      expect(await standing()).toEqual([true, false, true]);
      expect(await on.stateOf(sweep)).toMatchObject({ status: "running" });
      expect(await finishAll([ids[1]!])).toEqual(["last"]);
      expect(await on.stateOf(sweep)).toEqual({ status: "queued", attempt: 1, tries: 0, readyAtMs: 0 });
      expect(await at.jobs.due(1000)).toContainEqual({ user: ALICE, id: sweep, kind: "sweep", attempt: 1 });
      expect(await at.jobs.take(ALICE, sweep, "1:3", LEASE)).toMatchObject({ state: { attempt: 2, tries: 1 } });
      expect(await at.jobs.split(ALICE, sweep, 2, partsFor(2))).toBe(false);
      expect(await at.jobs.partOutput(ALICE, ids[1]!)).toEqual(testPart(0, 1));
      expect(await at.jobs.partOutput(BOB, ids[1]!)).toBeUndefined();
      expect(await at.jobs.finish(ALICE, sweep, 2, testSweep())).toBe(true);
      expect(await at.jobs.partsOf(ALICE, sweep)).toEqual([]);
      expect(await at.jobs.partOutput(ALICE, ids[1]!)).toBeUndefined();
      expect(await at.jobs.trials(ALICE, sweep)).toEqual(testSweep().trials);
    });

    test("stay when who collects them fails or dies, for the next to collect", async () => {
      const { sweep, ids } = await splitSweep(1);
      expect(await finishAll(ids)).toEqual(["last"]);
      await at.jobs.take(ALICE, sweep, "1:2", LEASE);
      await at.jobs.giveUp(ALICE, sweep, 2, PROBLEM, true);
      expect(await at.jobs.partsOf(ALICE, sweep)).toHaveLength(1);
      on.setClock(NOW + 1500);
      await at.jobs.take(ALICE, sweep, "1:2", LEASE);
      await at.jobs.giveUp(ALICE, sweep, 3, PROBLEM, false);
      expect(await at.jobs.partsOf(ALICE, sweep)).toEqual([]);
      on.setClock(NOW);
    });

    test("are made once, and by the present attempt alone", async () => {
      const sweep = await on.taken({ kind: "sweep" });
      expect(await at.jobs.split(ALICE, sweep, 2, partsFor(2))).toBe(false);
      expect(await at.jobs.split(BOB, sweep, 1, partsFor(2))).toBe(false);
      expect(await at.jobs.split(ALICE, await on.taken(), 1, partsFor(2))).toBe(false);
      expect(await at.jobs.partsOf(ALICE, sweep)).toEqual([]);
      const both = await Promise.all([partsFor(2), partsFor(3)].map((parts) => at.jobs.split(ALICE, sweep, 1, parts)));
      expect(both.toSorted()).toEqual([false, true]);
      expect(await at.jobs.partsOf(ALICE, sweep)).toHaveLength(both[0] ? 2 : 3);
      expect(at.jobs.split(ALICE, sweep, 1, [])).rejects.toThrow("at least one part");
    });

    test("hold the sweep: who split it can do no more about it, nor is it a dead worker's", async () => {
      const { sweep } = await splitSweep(2);
      const before = await on.stateOf(sweep);
      expect(await at.jobs.renew(ALICE, sweep, 1, LEASE)).toBe(false);
      expect(await at.jobs.attach(ALICE, sweep, 1, testBars("late"))).toBe(false);
      expect(await at.jobs.finish(ALICE, sweep, 1, testSweep())).toBe(false);
      expect(await at.jobs.giveUp(ALICE, sweep, 1, PROBLEM, true)).toBeUndefined();
      expect(await at.jobs.release(ALICE, sweep, 1)).toBe(false);
      await at.jobs.releaseDead(() => true);
      on.setClock(NOW + 1000 * LEASE);
      expect((await at.jobs.due(1000)).map(({ id }) => id)).not.toContain(sweep);
      on.setClock(NOW);
      expect(await on.stateOf(sweep)).toEqual(before);
    });

    test("are written by the present attempt alone", async () => {
      const { sweep, ids } = await splitSweep(2);
      const [id] = ids as [JobId];
      await at.jobs.takePart(ALICE, id, "1:2", LEASE);
      expect(await at.jobs.release(ALICE, id, 1)).toBe(true);
      expect(await at.jobs.finishPart(ALICE, id, 1, testPart(0, 1))).toBe("stale");
      await at.jobs.takePart(ALICE, id, "1:2", LEASE);
      expect(await at.jobs.renew(ALICE, id, 1, LEASE)).toBe(false);
      expect(await at.jobs.renew(ALICE, id, 2, LEASE)).toBe(true);
      expect(await at.jobs.finishPart(ALICE, id, 1, testPart(0, 1))).toBe("stale");
      expect(await at.jobs.finishPart(BOB, id, 2, testPart(0, 2))).toBe("stale");
      expect(await at.jobs.partOutput(ALICE, id)).toBeUndefined();
      expect(await at.jobs.finishPart(ALICE, id, 2, testPart(0, 2))).toBe("finished");
      expect(await at.jobs.finishPart(ALICE, id, 2, testPart(0, 3))).toBe("stale");
      expect(await at.jobs.partOutput(ALICE, id)).toEqual(testPart(0, 2));
      expect(await at.jobs.finishPart(ALICE, sweep, 1, testPart(0, 1))).toBe("stale");
    });

    test("are no jobs to anybody but workers", async () => {
      const symbol = "PARTS2";
      const { sweep, ids } = await splitSweep(2, { symbol });
      const [id] = ids as [JobId];
      expect(await at.jobs.find(ALICE, id)).toBeUndefined();
      expect(await on.left(id)).toEqual(NOTHING);
      expect(await at.jobs.take(ALICE, id, "1:2", LEASE)).toBeUndefined();
      expect(await at.jobs.cancel(ALICE, id)).toBe("missing");
      expect(await at.jobs.remove(ALICE, id)).toBe("missing");
      await at.jobs.takePart(ALICE, id, "1:2", LEASE);
      expect(await at.jobs.finish(ALICE, id, 1, testOutput())).toBe(false);
      expect(await at.jobs.attach(ALICE, id, 1, testBars("of a part"))).toBe(false);
      const filter = { ...ANY, symbol };
      expect(await at.jobs.list(ALICE, filter, 10, null)).toEqual([]);
      expect(await at.jobs.listWalkForwards(ALICE, filter, 10, null)).toEqual([]);
      expect((await at.jobs.listSweeps(ALICE, filter, 10, null)).map((one) => one.id)).toEqual([sweep]);
    });

    test("that fail for good fail the sweep with their problem, and the others go", async () => {
      const { sweep, ids } = await splitSweep(3);
      const [first, second, third] = ids as [JobId, JobId, JobId];
      await at.jobs.takePart(ALICE, first, "1:2", LEASE);
      await at.jobs.finishPart(ALICE, first, 1, testPart(0, 1));
      for (const id of [second, third]) await at.jobs.takePart(ALICE, id, "1:2", LEASE);
      expect(await at.jobs.giveUp(ALICE, second, 1, PROBLEM, false)).toEqual({ status: "failed", attempt: 1, problem: PROBLEM });
      expect(await on.stateOf(sweep)).toEqual({ status: "failed", attempt: 1, problem: PROBLEM });
      expect(await at.jobs.renew(ALICE, third, 1, LEASE)).toBe(false);
      expect(await at.jobs.finishPart(ALICE, third, 1, testPart(2, 1))).toBe("stale");
      expect(await at.jobs.partsOf(ALICE, sweep)).toEqual([]);
      expect(await at.jobs.remove(ALICE, sweep)).toBe("removed");
    });

    test("pause when they are given up on, and are tried three times", async () => {
      const { sweep, ids } = await splitSweep(1);
      const [id] = ids as [JobId];
      for (const [attempt, pauseMs] of [
        [1, 1500],
        [2, 6000],
      ] as const) {
        await at.jobs.takePart(ALICE, id, "1:2", LEASE);
        expect(await at.jobs.giveUp(ALICE, id, attempt, PROBLEM, true)).toMatchObject({ status: "queued", tries: attempt });
        expect(await at.jobs.takePart(ALICE, id, "1:2", LEASE)).toBeUndefined();
        on.setClock(NOW + attempt * pauseMs);
      }
      on.setClock(NOW + 7500);
      await at.jobs.takePart(ALICE, id, "1:2", LEASE);
      expect(await at.jobs.giveUp(ALICE, id, 3, PROBLEM, true)).toMatchObject({ status: "failed" });
      expect(await on.stateOf(sweep)).toMatchObject({ status: "failed", problem: PROBLEM });
      on.setClock(NOW);
    });

    test("whose lease is over are due again, and after the third time the sweep failed and is named with them", async () => {
      const { sweep, ids } = await splitSweep(2);
      const [id] = ids as [JobId];
      const dueOf = async () => (await at.jobs.due(1000)).filter((one) => one.id === id || one.id === sweep);
      for (const attempt of [1, 2, 3]) {
        await at.jobs.takePart(ALICE, id, "1:2", LEASE);
        expect(await dueOf()).toEqual([]);
        on.setClock(NOW + attempt * LEASE);
        const due = { user: ALICE, id, kind: "sweep_part", attempt } as const;
        const failed = { user: ALICE, id: sweep, kind: "sweep", attempt: 1 } as const;
        expect(await dueOf()).toEqual(attempt === 3 ? [due, failed] : [due]);
      }
      expect(await dueOf()).toEqual([]);
      expect(await on.stateOf(sweep)).toMatchObject({ status: "failed", problem: { code: "crash" } });
      on.setClock(NOW);
    });

    test("of a dead worker are due at once", async () => {
      const { ids } = await splitSweep(2);
      const [mine, others] = ids as [JobId, JobId];
      await at.jobs.takePart(ALICE, mine, "dead:1", LEASE);
      await at.jobs.takePart(ALICE, others, "alive:1", LEASE);
      expect(await at.jobs.releaseDead((worker) => worker === "dead:1")).toBe(1);
      const due = (await at.jobs.due(1000)).map(({ id }) => id);
      expect([due.includes(mine), due.includes(others)]).toEqual([true, false]);
    });

    test("go with their sweep when it is cancelled or removed", async () => {
      const { sweep, ids } = await splitSweep(2);
      await at.jobs.takePart(ALICE, ids[0]!, "1:2", LEASE);
      expect(await at.jobs.remove(ALICE, sweep)).toBe("not_final");
      expect(await at.jobs.cancel(ALICE, sweep)).toBe("cancelled");
      expect(await at.jobs.finishPart(ALICE, ids[0]!, 1, testPart(0, 1))).toBe("stale");
      expect(await at.jobs.takePart(ALICE, ids[1]!, "1:2", LEASE)).toBeUndefined();
      expect((await at.jobs.due(1000)).filter(({ id }) => ids.includes(id))).toEqual([]);
      expect(await at.jobs.remove(ALICE, sweep)).toBe("removed");
      expect(await at.jobs.partsOf(ALICE, sweep)).toEqual([]);
    });

    test("run on the bars of their sweep, which stay until it goes", async () => {
      const bars = testBars("of a split sweep");
      const sweep = await on.taken({ kind: "sweep" });
      expect(await at.jobs.attach(ALICE, sweep, 1, bars)).toBe(true);
      const [part] = partsFor(1) as [NewPart];
      await at.jobs.split(ALICE, sweep, 1, [part]);
      expect(await at.jobs.takePart(ALICE, part.id, "1:2", LEASE)).toMatchObject({ bars: { hash: bars.hash } });
      await at.jobs.finishPart(ALICE, part.id, 1, testPart(0, 1));
      await at.jobs.take(ALICE, sweep, "1:2", LEASE);
      expect(await at.jobs.finish(ALICE, sweep, 2, testSweep(undefined, bars.hash))).toBe(true);
      expect(await at.bars.get(bars.hash)).toEqual(bars.bytes);
      await at.jobs.remove(ALICE, sweep);
      expect(await at.bars.get(bars.hash)).toBeUndefined();
    });

    test("may leave much, bit for bit", async () => {
      const { ids } = await splitSweep(2);
      const outputs = [testPart(0, 1, 3_000_001), testPart(1, 1, 400_000)];
      for (const id of ids) await at.jobs.takePart(ALICE, id, "1:2", LEASE);
      const ends = await Promise.all(ids.map((id, k) => at.jobs.finishPart(ALICE, id, 1, outputs[k]!)));
      expect(ends.toSorted()).toEqual(["finished", "last"]);
      for (const [k, id] of ids.entries()) expect(await at.jobs.partOutput(ALICE, id)).toEqual(outputs[k]);
    });

    test("that are finished at once by many tell one of them that it was the last", async () => {
      const { sweep, ids } = await splitSweep(20);
      for (const id of ids) await at.jobs.takePart(ALICE, id, "1:2", LEASE);
      const ends = await Promise.all(ids.map((id, part) => at.jobs.finishPart(ALICE, id, 1, testPart(part, 1))));
      expect(ends.filter((end) => end === "last")).toHaveLength(1);
      expect(ends.filter((end) => end === "finished")).toHaveLength(19);
      expect(await on.stateOf(sweep)).toMatchObject({ status: "queued" });
    });
  });
}
