import { afterAll, beforeAll, expect, test } from "bun:test";
import { askAtOnce, followElsewhere, listenAndGo } from "./fleet-faults/asking.ts";
import { runBadJobs } from "./fleet-faults/bad-jobs.ts";
import { LONG_ONE } from "./fleet-faults/bodies.ts";
import { fillCacheDisk } from "./fleet-faults/full-disk.ts";
import { killFrontAt, killFrontsAfter202, killWorkerAt, killWorkers } from "./fleet-faults/killing.ts";
import { terminate } from "./fleet-faults/leaving.ts";
import { killBackends, killRedis, lose, restartPostgres, restartRedis, underLoad } from "./fleet-faults/outages.ts";
import { cutWorkerOff, freezeWorker } from "./fleet-faults/silence.ts";
import { killInSplitSweep } from "./fleet-faults/splitting.ts";
import { openStage, type Stage } from "./fleet-faults/stage.ts";
import { NO_FAULTS, verdictOn } from "./fleet-faults/verdict.ts";
import { describeWithServices } from "./test-services/describe.ts";

const SEED = 20260601;
const LOAD = { jobs: 12, connections: 4, pauseMs: 20 };

describeWithServices("a fleet to which faults happen, one after the other", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(SEED);
  }, 60_000);
  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
  }, 30_000);

  /** What holds after each of them: every accepted job ended once, as in a calm run, nothing is stuck, and all processes work. */
  async function expectNoFaults(): Promise<void> {
    const verdict = await verdictOn(stage);
    expect(verdict).toMatchObject(NO_FAULTS);
    expect(verdict.completed + verdict.failed).toBe(verdict.accepted);
    expect(verdict.results).toBe(verdict.completed);
    // Looks that saw nothing prove nothing.
    expect(stage.witness.looks).toBeGreaterThan(0);
  }

  test("workers killed in mid-job, with Redis killed twice and PostgreSQL restarted, lose no job and run none twice to its end", async () => {
    const storm = { jobs: 24, connections: 6, longIn: 3, pauseMs: 20, everyMs: 800, kills: 3 };
    const report = await killWorkers(stage, storm, [killRedis(stage), restartPostgres(stage, "fast"), killRedis(stage)]);
    expect(report.kills).toBe(3);
    expect(report.inMidJob).toBeGreaterThan(0);
    await expectNoFaults();
  }, 60_000);

  test("workers killed before, in the middle of and after the transaction that writes a result leave one whole result", async () => {
    await Promise.all((["before_finish", "mid_equity", "after_finish"] as const).map((point) => killWorkerAt(stage, point)));
    await expectNoFaults();
  }, 60_000);

  test("a job that hangs, throws, takes all memory or ends its process fails alone, and what dying HTTP processes accepted is found", async () => {
    const [bad] = await Promise.all([
      runBadJobs(stage, 6),
      killFrontAt(stage, "after_commit"),
      killFrontAt(stage, "before_enqueue"),
      killFrontsAfter202(stage, 1),
    ]);
    expect(bad).toEqual([
      { strategy: "fault_exit", code: "crash", attempt: 3 },
      { strategy: "fault_loop", code: "timeout", attempt: 1 },
      { strategy: "fault_memory", code: "memory", attempt: 1 },
      { strategy: "fault_throw", code: "internal", attempt: 1 },
    ]);
    await expectNoFaults();
  }, 60_000);

  test("Redis restarted, killed, refusing connections and silent costs time, and nothing else", async () => {
    const out = (how: "cut" | "swallow") => lose(stage.ways, how, 1000);
    await underLoad(stage, LOAD, restartRedis(stage), killRedis(stage), out("cut"), out("swallow"));
    await expectNoFaults();
  }, 60_000);

  test("PostgreSQL restarted in order and at once, and connections to it killed, cost time, and nothing else", async () => {
    const restarts = [restartPostgres(stage, "fast"), restartPostgres(stage, "immediate")];
    await underLoad(stage, LOAD, ...restarts, killBackends(stage, 5, SEED));
    await expectNoFaults();
  }, 60_000);

  test("a worker that was frozen for twice its lease writes nothing when it wakes: another has its job", async () => {
    expect(await freezeWorker(stage)).toMatchObject({ status: "completed", attempt: 2, rewritten: false });
    await expectNoFaults();
  }, 60_000);

  test("a worker cut off from Redis, but not from the database, brings to its end what it has, and nobody else does", async () => {
    expect(await cutWorkerOff(stage, "swallow", 8)).toEqual({ status: "completed", attempt: 1, rewritten: false });
    await expectNoFaults();
  }, 60_000);

  test.each([
    ["", false],
    [" while Redis is away", true],
  ])(
    "a worker and an HTTP process that are asked to end under load%s do so with 0, and tell those who wait",
    async (_, away) => {
      const { waited, ...left } = await terminate(stage, { jobs: 6, graceMs: 5000, away });
      expect(left).toEqual({ worker: "0", front: "0", busy: true });
      expect([200, 202]).toContain(waited);
      await expectNoFaults();
    },
    60_000,
  );

  test("a sweep in parts outlives the worker that has one of them, and is the sweep of a calm run", async () => {
    const { parts, finished } = await killInSplitSweep(stage, 1);
    expect(parts).toBeGreaterThan(10);
    expect(finished).toHaveLength(1);
    await expectNoFaults();
  }, 60_000);

  test("a request sent 50 times at once with one key to two processes is one job; who listens at another one hears it all, and may go", async () => {
    expect([200, 202]).toEqual(expect.arrayContaining([...(await askAtOnce(stage, 50))]));
    const events = await followElsewhere(stage, LONG_ONE);
    expect(events.slice(-2)).toEqual(["state completed", "end completed"]);
    expect(events).toContain("progress");
    await listenAndGo(stage, 8);
    await expectNoFaults();
  }, 60_000);

  test("market data that finds no room in the cache is run on all the same", async () => {
    expect(await fillCacheDisk(stage)).toEqual({ keptThen: 0, keptLater: 1, complaints: 1 });
    await expectNoFaults();
  }, 60_000);
});
