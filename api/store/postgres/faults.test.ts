import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { JobId } from "../../../core/jobs/job.ts";
import { uniforms } from "../../../core/random.ts";
import { LOCAL_USER } from "../../ids.ts";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { type PostgresServer, startPostgres } from "../../test-services/postgres.ts";
import { LEASE, testBars, testId, testJob, testOutput, testSweep } from "../test-jobs.ts";
import type { FinishedCurve } from "./equity-writer.ts";
import { testPart } from "./part-behaviour.ts";
import { openPostgres, openPostgresReader, type PostgresStores } from "./postgres.ts";
import { faultsOf, type TestSchema, testSchema } from "./test-postgres.ts";

const USER = LOCAL_USER;
const count = <T>(list: readonly T[], one: T) => list.filter((other) => other === one).length;

describeWithPostgres("PostgreSQL", () => {
  let schema: TestSchema;
  let one: PostgresStores;
  let two: PostgresStores;
  let last = 0;
  beforeAll(async () => {
    schema = await testSchema();
    [one, two] = [await schema.open({ max: 5 }), await schema.open({ max: 5 })];
  });
  afterAll(async () => {
    await Promise.all([one.close(), two.close()]);
    await schema.drop();
  });

  const newIds = (n: number) => Array.from({ length: n }, () => testId(++last));
  async function accepted(n: number, kind: "backtest" | "sweep" = "backtest"): Promise<readonly JobId[]> {
    const ids = newIds(n);
    await Promise.all(ids.map((id) => one.jobs.accept(USER, testJob(0, { id, kind }), null, null)));
    return ids;
  }
  /** What both stores answer, asked for all of these at once. */
  const both = <K, T>(keys: readonly K[], ask: (stores: PostgresStores, key: K, k: number) => Promise<T>) =>
    Promise.all(keys.map((key, k) => Promise.all([ask(one, key, k), ask(two, key, k)])));

  describe("with two processes on the same jobs", () => {
    test("gives each job to one of them, and takes one result", async () => {
      const ids = await accepted(40);
      const taken = await both(ids, ({ jobs }, id) => jobs.take(USER, id, "1:2", LEASE));
      expect(taken.map((pair) => pair.filter((job) => job !== undefined).length)).toEqual(ids.map(() => 1));
      const finished = await both(ids, ({ jobs }, id) => jobs.finish(USER, id, 1, testOutput(400)));
      expect(finished.map((pair) => count(pair, true))).toEqual(ids.map(() => 1));
      const removed = await both(ids.slice(0, 10), ({ jobs }, id) => jobs.remove(USER, id));
      expect(removed.map((pair) => pair.toSorted())).toEqual(new Array(10).fill(["missing", "removed"]));
      expect(await faultsOf(schema.admin)).toEqual([]);
    });

    test("ends a job that is finished and cancelled at once in one way", async () => {
      const ids = await accepted(40);
      await Promise.all(ids.map((id) => one.jobs.take(USER, id, "1:2", LEASE)));
      const ends = await Promise.all(
        ids.map((id) => Promise.all([one.jobs.finish(USER, id, 1, testOutput()), two.jobs.cancel(USER, id)])),
      );
      for (const [finished, cancelled] of ends) expect(cancelled).toBe(finished ? "final" : "cancelled");
      expect(await faultsOf(schema.admin)).toEqual([]);
    });

    test("stores one job for a key that comes to both many times", async () => {
      const ids = newIds(30);
      const key = { key: "both", bodyHash: "h" };
      const answers = await Promise.all(
        ids.map((id, k) => (k % 2 === 0 ? one : two).jobs.accept(USER, testJob(0, { id }), key, null)),
      );
      expect(answers.filter(({ kind }) => kind === "accepted")).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === "replayed")).toHaveLength(29);
    });

    test("tells one finisher that its part was the last, and ends with a sweep to be collected", async () => {
      const sweeps = await accepted(5, "sweep");
      const parts = sweeps.map((sweep) => ({ sweep, ids: newIds(8) }));
      for (const { sweep, ids } of parts) {
        await one.jobs.take(USER, sweep, "1:2", LEASE);
        await one.jobs.split(
          USER,
          sweep,
          1,
          ids.map((id, part) => ({ id, part, first: part, count: 1 })),
        );
      }
      const all = parts.flatMap(({ ids }) => ids);
      const taken = await both(all, ({ jobs }, id) => jobs.takePart(USER, id, "1:2", LEASE));
      expect(taken.map((pair) => pair.filter((part) => part !== undefined).length)).toEqual(all.map(() => 1));
      const ends = (await both(all, ({ jobs }, id, k) => jobs.finishPart(USER, id, 1, testPart(k, 1)))).flat();
      expect([count(ends, "last"), count(ends, "finished"), count(ends, "stale")]).toEqual([5, 35, 40]);
      for (const sweep of sweeps) expect(await two.jobs.find(USER, sweep)).toMatchObject({ state: { status: "queued" } });
      const sweepTaken = await both(sweeps, ({ jobs }, id) => jobs.take(USER, id, "1:2", LEASE));
      expect(sweepTaken.map((pair) => pair.filter((job) => job !== undefined).length)).toEqual(sweeps.map(() => 1));
      const collected = await both(sweeps, ({ jobs }, id) => jobs.finish(USER, id, 2, testSweep()));
      expect(collected.map((pair) => count(pair, true))).toEqual(sweeps.map(() => 1));
      expect(await faultsOf(schema.admin)).toEqual([]);
    });

    test("never leaves a job without the bars that it names, nor bars that nothing names", async () => {
      const bars = testBars("come and go");
      const named = { bars: { source: "inline", hash: bars.hash } } as const;
      for (let round = 0; round < 20; round++) {
        const [first, second] = newIds(2) as [JobId, JobId];
        await one.jobs.accept(USER, testJob(0, { id: first, ...named }), null, bars);
        await one.jobs.cancel(USER, first);
        const [, answer] = await Promise.all([
          one.jobs.remove(USER, first),
          two.jobs.accept(USER, testJob(0, { id: second, ...named }), null, round % 2 === 0 ? bars : null),
        ]);
        const stored = answer.kind === "accepted";
        if (round % 2 === 0) expect(answer).toEqual({ kind: "accepted" });
        expect(await two.bars.get(bars.hash)).toEqual(stored ? bars.bytes : undefined);
        if (stored) await two.jobs.cancel(USER, second);
        if (stored) await two.jobs.remove(USER, second);
      }
      expect(await one.bars.get(bars.hash)).toBeUndefined();
    });

    test("counts a job whose lease is over as lost once", async () => {
      const ids = await accepted(10);
      await Promise.all(ids.map((id) => one.jobs.take(USER, id, "1:2", -1)));
      await Promise.all([one.jobs.due(1000), two.jobs.due(1000)]);
      const states = await Promise.all(ids.map((id) => one.jobs.find(USER, id)));
      expect(states.map((job) => job?.state)).toEqual(ids.map(() => ({ status: "queued", attempt: 1, tries: 1, readyAtMs: 0 })));
    });
  });

  test("loses and doubles nothing while its connections are killed", async () => {
    const next = uniforms(11);
    const known = new Set<JobId>();
    const finished: JobId[] = [];
    let failures = 0;
    let over = false;
    async function work({ jobs }: PostgresStores): Promise<void> {
      while (!over) {
        const id = testId(++last);
        try {
          await jobs.accept(USER, testJob(0, { id }), null, null);
          known.add(id);
          const job = await jobs.take(USER, id, "1:2", LEASE);
          if (job !== undefined && (await jobs.finish(USER, id, job.state.attempt, testOutput(300)))) finished.push(id);
        } catch {
          failures++;
          await Bun.sleep(1);
        }
      }
    }
    const workers = [one, one, one, two, two, two].map(work);
    for (let round = 0; round < 30 || finished.length < 30; round++) {
      await Bun.sleep(60 * next());
      await schema.admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'backgrid' AND datname = current_database() ORDER BY random() LIMIT ${next() < 0.2 ? 3 : 1}`;
    }
    over = true;
    await Promise.all(workers);
    expect(failures).toBeGreaterThan(0);
    const rows = await schema.admin<{ id: JobId; status: string }[]>`SELECT id, status FROM jobs`;
    const statuses = new Map(rows.map(({ id, status }) => [id, status]));
    expect([...known].filter((id) => !statuses.has(id))).toEqual([]);
    expect(finished.filter((id) => statuses.get(id) !== "completed")).toEqual([]);
    expect(await faultsOf(schema.admin)).toEqual([]);
    await one.ping();
    await two.ping();
  });

  test("carries out what was asked for before it is closed, and refuses what comes after", async () => {
    const stores = await schema.open();
    const [before, after] = newIds(2) as [JobId, JobId];
    const waiting = [stores.jobs.accept(USER, testJob(0, { id: before }), null, null), stores.jobs.find(USER, before)];
    await stores.close();
    await stores.close();
    expect((await Promise.all(waiting))[0]).toEqual({ kind: "accepted" });
    expect(stores.jobs.accept(USER, testJob(0, { id: after }), null, null)).rejects.toThrow("the store is closed");
    expect(stores.jobs.ping()).rejects.toThrow("the store is closed");
    expect(await one.jobs.find(USER, before)).toBeDefined();
    expect(await one.jobs.find(USER, after)).toBeUndefined();
  });

  test("is told inside of the transaction when a result is written and its curve is not, with nothing to be seen", async () => {
    const points: string[] = [];
    const stores = await schema.open({ onPoint: (point) => points.push(point) });
    const [run, sweep] = [...(await accepted(1)), ...(await accepted(1, "sweep"))] as [JobId, JobId];
    for (const id of [run, sweep]) await stores.jobs.take(USER, id, "1:2", LEASE);
    expect(await stores.jobs.finish(USER, run, 1, testOutput())).toBe(true);
    expect(await stores.jobs.finish(USER, sweep, 1, testSweep())).toBe(true);
    expect(points).toEqual(["mid_equity", "mid_equity"]);
    await stores.close();
    const killed = await schema.open({
      onPoint: () => {
        throw new Error("killed here");
      },
    });
    const [id] = (await accepted(1)) as [JobId];
    await killed.jobs.take(USER, id, "1:2", LEASE);
    expect(killed.jobs.finish(USER, id, 1, testOutput())).rejects.toThrow("killed here");
    await killed.close();
    expect(await one.jobs.find(USER, id)).toMatchObject({ state: { status: "running" } });
    expect(await one.jobs.result(USER, id)).toBeUndefined();
  });

  test("has the points of curves written in the transaction that finishes their jobs", async () => {
    const written: FinishedCurve[] = [];
    let broken = false;
    const stores = await schema.open({
      equityPoints: {
        async write(tx, jobs) {
          const [row] =
            await tx`SELECT count(*) AS jobs FROM jobs WHERE id IN ${tx(jobs.map(({ id }) => id))} AND status = 'completed'`;
          expect(row).toEqual({ jobs: jobs.length });
          if (broken) await tx`SELECT 1 / 0`;
          written.push(...jobs);
        },
      },
    });
    const ids = await accepted(4);
    await Promise.all(ids.map((id) => stores.jobs.take(USER, id, "1:2", LEASE)));
    const { curve } = testOutput(5);
    await Promise.all(ids.slice(0, 3).map((id) => stores.jobs.finish(USER, id, 1, testOutput(5))));
    expect(written.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(ids.slice(0, 3).map((id) => ({ user: USER, id, curve })));
    broken = true;
    expect(stores.jobs.finish(USER, ids[3]!, 1, testOutput())).rejects.toThrow("division by zero");
    await stores.close();
    expect(await one.jobs.find(USER, ids[3]!)).toMatchObject({ state: { status: "running" } });
  });

  test("keeps a long curve and long bars whole", async () => {
    const [id] = (await accepted(1)) as [JobId];
    const bars = { hash: "sha256:long", bytes: Uint8Array.from({ length: 1_500_000 }, (_, i) => (i * 7919) % 251) };
    await one.jobs.take(USER, id, "1:2", LEASE);
    expect(await one.jobs.attach(USER, id, 1, bars)).toBe(true);
    const output = testOutput(100_000, bars.hash);
    const second = (await accepted(1)) as [JobId];
    await one.jobs.take(USER, second[0], "1:2", LEASE);
    expect(
      await Promise.all([one.jobs.finish(USER, id, 1, output), one.jobs.finish(USER, second[0], 1, testOutput(40_000))]),
    ).toEqual([true, true]);
    expect(await one.jobs.curve(USER, id)).toEqual(output.curve);
    expect(await one.jobs.curve(USER, second[0])).toEqual(testOutput(40_000).curve);
    expect(await two.bars.get(bars.hash)).toEqual(bars.bytes);
  });

  test("is read by a process of its own over one connection, made when it is needed", async () => {
    const reader = openPostgresReader(schema.url);
    const bars = testBars("for a reader");
    await one.bars.put(bars);
    const [sweep, part] = [...(await accepted(1, "sweep")), ...newIds(1)] as [JobId, JobId];
    await one.jobs.take(USER, sweep, "1:2", LEASE);
    await one.jobs.split(USER, sweep, 1, [{ id: part, part: 0, first: 0, count: 1 }]);
    await one.jobs.takePart(USER, part, "1:2", LEASE);
    await one.jobs.finishPart(USER, part, 1, testPart(3, 1));
    const all = await Promise.all([reader.get(bars.hash), reader.get("sha256:none"), reader.partOutput(USER, part)]);
    expect(all).toEqual([bars.bytes, undefined, testPart(3, 1)]);
    await reader.close();
  });
});

describeWithPostgres("a PostgreSQL server", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  test("that is frozen, or restarted, rejects what is asked meanwhile, and is used again afterwards", async () => {
    const opened = await openPostgres({ url: server.url, limitMs: 400, max: 4 });
    if (!opened.ok) throw new Error(opened.error.detail);
    const { jobs, close } = opened.value;
    await jobs.accept(USER, testJob(1), null, null);
    const pids = [...(await server.backends()).map(({ pid }) => pid), server.pid];
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    const settled = await Promise.allSettled([
      ...[jobs.take(USER, testId(1), "1:2", LEASE), jobs.find(USER, testId(1)), jobs.ping(), jobs.due(10)],
      ...Array.from({ length: 10 }, (_, k) => jobs.accept(USER, testJob(k + 2), null, null)),
    ]);
    for (const pid of pids) process.kill(pid, "SIGCONT");
    expect(settled.map(({ status }) => status)).toEqual(new Array(14).fill("rejected"));
    const eventually = async <T>(ask: () => Promise<T>): Promise<T> => {
      for (;;) {
        try {
          return await ask();
        } catch {
          await Bun.sleep(20);
        }
      }
    };
    expect(await eventually(() => jobs.find(USER, testId(1)))).toBeDefined();
    await server.restart("immediate");
    expect(await eventually(() => jobs.accept(USER, testJob(99), null, null))).toEqual({ kind: "accepted" });
    expect(await jobs.find(USER, testId(99))).toBeDefined();
    await close();
  });
});
