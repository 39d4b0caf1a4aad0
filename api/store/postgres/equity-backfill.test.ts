import { afterAll, beforeAll, expect, test } from "bun:test";
import type { JobId, UserId } from "../../../core/jobs/job.ts";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { ALICE, BOB, LEASE, NOW, testId, testJob, testOutput, testSweep, testWalkForward } from "../test-jobs.ts";
import { backfillEquityPoints } from "./equity-backfill.ts";
import { equityPointsWriter, tendEquityPoints } from "./equity-points.ts";
import { openPostgres, type PostgresStores } from "./postgres.ts";
import { type EquityCase, openEquityCase } from "./test-equity.ts";

describeWithPostgres("equity points of finished jobs", () => {
  let db: EquityCase;
  /** The service with the table switched off, and with it on. */
  let off: PostgresStores;
  let on: PostgresStores;
  let made = 0;
  beforeAll(async () => {
    db = await openEquityCase("plain");
    off = await opened(null);
    on = await opened(equityPointsWriter);
  });
  afterAll(async () => {
    await Promise.all([off.close(), on.close()]);
    await db.close();
  });

  async function opened(equityPoints: typeof equityPointsWriter | null): Promise<PostgresStores> {
    const stores = await openPostgres({ url: db.url, max: 6, equityPoints });
    if (!stores.ok) throw new Error(stores.error.detail);
    return stores.value;
  }

  async function taken({ jobs }: PostgresStores, user: UserId, kind: "backtest" | "sweep" | "walk_forward" = "backtest") {
    const job = testJob(++made, { kind });
    await jobs.accept(user, job, null, null);
    await jobs.take(user, job.id, "1:1", LEASE);
    return job.id;
  }

  /** A finished job with as many points as its place. */
  async function finished(stores: PostgresStores, user: UserId): Promise<JobId> {
    const id = await taken(stores, user);
    await stores.jobs.finish(user, id, 1, testOutput(placeOf(id)));
    return id;
  }

  const pointsOf = (user: UserId, id: JobId) => db.points(user, `equity_of_job('${id}')`);
  const backfill = (onFilled: (filled: number) => void = () => {}, since = 0) =>
    backfillEquityPoints(on.sql, on.jobs, { since, batch: 7, onFilled });

  test("come with the result, of backtests and walk-forwards, and a stale attempt brings none", async () => {
    const [backtest, walked, swept] = [
      await taken(on, ALICE),
      await taken(on, ALICE, "walk_forward"),
      await taken(on, ALICE, "sweep"),
    ];
    expect(await on.jobs.finish(ALICE, backtest, 2, testOutput())).toBe(false);
    expect(await db.count("equity_points")).toBe(0);
    expect(await on.jobs.finish(ALICE, backtest, 1, testOutput(3))).toBe(true);
    expect(await on.jobs.finish(ALICE, walked, 1, testWalkForward(4))).toBe(true);
    expect(await on.jobs.finish(ALICE, swept, 1, testSweep())).toBe(true);
    expect(await on.jobs.finish(ALICE, backtest, 1, testOutput(3))).toBe(false);
    expect<unknown>(await pointsOf(ALICE, backtest)).toEqual([
      [10, 1, 0],
      [20, 4, 0],
      [30, 9, 0],
    ]);
    expect(await pointsOf(ALICE, walked)).toHaveLength(4);
    expect(await db.count("equity_points")).toBe(7);
  });

  test("of jobs that finish together are all there, and so is everything else of them", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => finished(on, ALICE)));
    for (const id of ids) {
      expect(await pointsOf(ALICE, id)).toHaveLength(placeOf(id));
      expect((await on.jobs.curve(ALICE, id))?.equity).toHaveLength(placeOf(id));
    }
  });

  test("of older jobs are filled in while others finish and go; in the end every job has exactly its points", async () => {
    const owners = new Map<JobId, UserId>();
    const add = async (stores: PostgresStores) => {
      const user = made % 3 === 0 ? BOB : ALICE;
      owners.set(await finished(stores, user), user);
    };
    for (let n = 0; n < 40; n++) await add(off);
    await taken(off, ALICE);

    const interrupted = backfill((filled) => {
      if (filled === 5) throw new Error("interrupted");
    });
    expect(await interrupted.catch(({ message }) => message)).toBe("interrupted");
    const [first, second] = await Promise.all([
      backfill(),
      backfill(),
      ...Array.from({ length: 10 }, () => add(on)),
      ...Array.from({ length: 10 }, () => add(off)),
      ...[...owners].slice(20, 24).map(([id, user]) => {
        owners.delete(id);
        return on.jobs.remove(user, id);
      }),
    ]);
    expect(first + second).toBeGreaterThanOrEqual(30);
    await backfill();
    expect(await backfill()).toBe(0);
    while (await tendEquityPoints(on.sql));

    for (const [id, user] of owners) {
      const points = await pointsOf(user, id);
      expect(points.map(([, equity]) => equity)).toEqual(Array.from({ length: placeOf(id) }, (_, i) => (i + 1) ** 2));
    }
    const jobs = await db.sql`SELECT FROM jobs WHERE status = 'completed' AND kind <> 'sweep'`;
    const filled = await db.sql`SELECT DISTINCT job_id FROM equity_points`;
    expect(filled).toHaveLength(jobs.length);
  });

  test("are filled in of jobs since a time alone, where that is asked for", async () => {
    const [older, newer] = [await finished(off, ALICE), await finished(off, ALICE)];
    expect(await backfill(() => {}, NOW + placeOf(newer))).toBe(1);
    expect(await pointsOf(ALICE, older)).toEqual([]);
    expect(await pointsOf(ALICE, newer)).toHaveLength(placeOf(newer));
    expect(await backfill()).toBe(1);
  });
});

/** The number of a test's job. */
function placeOf(id: JobId): number {
  return Number.parseInt(id.slice(-12), 16) - Number.parseInt(testId(0).slice(-12), 16);
}
