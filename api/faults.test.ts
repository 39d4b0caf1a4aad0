import { describe, expect, test } from "bun:test";
import { FAULT_POINTS, type FaultPoint, jobsWithPoints, killAt, runnerWithPoints } from "./faults.ts";
import { LOCAL_USER } from "./ids.ts";
import { startTestService } from "./test-service.ts";

/** What a setting kills on the way past these points. */
function killsOf(setting: string, points: readonly (typeof FAULT_POINTS)[number][]): readonly number[] {
  const killed: number[] = [];
  let at = 0;
  const onPoint = killAt(setting, (pid, signal) => killed.push(pid === process.pid && signal === "SIGKILL" ? at : -1));
  if (!onPoint.ok) throw new Error(onPoint.error.detail);
  for (const point of points) {
    onPoint.value(point);
    at++;
  }
  return killed;
}

describe("BG_FAULT", () => {
  test.each(FAULT_POINTS.map((point) => [point]))("%s kills this process there, the first time and nowhere else", (point) => {
    const others = FAULT_POINTS.filter((other) => other !== point);
    expect(killsOf(point, [...others, point, point])).toEqual([others.length]);
  });

  test("with a count kills at that time", () => {
    expect(killsOf("mid_equity:3", ["mid_equity", "mid_equity", "after_finish", "mid_equity", "mid_equity"])).toEqual([3]);
  });

  test.each(["", "nowhere", "mid_equity:0", "mid_equity:", "mid_equity:1:2", "mid_equity:-1", "MID_EQUITY"])(
    "of %j is refused, with what there is",
    (setting) => {
      const onPoint = killAt(setting);
      expect(onPoint.ok ? [] : onPoint.error.findings.map(({ path }) => path)).toEqual(["BG_FAULT"]);
      expect(onPoint.ok ? "" : onPoint.error.detail).toContain("after_commit");
    },
  );
});

test("a job comes by the points around the store and the queue in the order of its life", async () => {
  await using service = await startTestService();
  const { jobs, runner } = service.parts;
  const seen: string[] = [];
  const onPoint = (point: FaultPoint) => void seen.push(point);
  const pointed = jobsWithPoints(jobs, onPoint);
  const rung: string[] = [];
  const rings = runnerWithPoints(
    {
      ...{
        pool: runner.pool,
        queued: 3,
        wait: runner.wait,
        cancelled: runner.cancelled,
        subscribe: runner.subscribe,
        progress: runner.progress,
      },
      ring: ({ id }, waiting) => void rung.push(`${id} ${waiting} after ${seen.length}`),
    },
    onPoint,
  );
  const id = service.parts.newJobId();
  const curve = { initialCash: 1, daily: true, timeMs: Float64Array.of(0), equity: Float64Array.of(1) };
  const headline = { sharpe: null, totalReturn: null, maxDrawdown: null };
  const output = { kind: "backtest", headline, resultHash: "hash", barsHash: null, head: "{}", trades: "[]", curve } as const;
  const job = {
    id,
    kind: "backtest",
    createdAtMs: 0,
    symbol: "A",
    strategy: "momentum",
    request: "{}",
    bars: { source: "sample", hash: null },
  } as const;
  await pointed.accept(LOCAL_USER, job, null, null);
  rings.ring({ user: LOCAL_USER, id, kind: "backtest" }, true);
  expect(rings.queued).toBe(3);
  const taken = await pointed.take(LOCAL_USER, id, "1:1", 1000);
  const written = await pointed.finish(LOCAL_USER, id, taken?.state.attempt ?? 0, output);
  expect(written).toBe(true);
  expect(rung).toEqual([`${id} true after 2`]);
  expect(seen).toEqual(["after_commit", "before_enqueue", "before_finish", "after_finish"]);
});
