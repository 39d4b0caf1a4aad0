import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { JobId, UserId } from "../../../core/jobs/job.ts";
import { drawdownsFrom } from "../../../core/run/curve-text.ts";
import { DAY_MS } from "../../../core/time.ts";
import { ALICE, BOB } from "../test-jobs.ts";
import { equityLayout, equityPointsWriter, tendEquityPoints } from "./equity-points.ts";
import { addJob, curveOf, type EquityCase, idAt, openEquityCase, type Point } from "./test-equity.ts";

const NOW = Date.UTC(2026, 0, 15);
const day = (n: number) => Date.UTC(2020, 0, n);
/** PostgreSQL's "insufficient_privilege", "unique_violation". */
const [REFUSED, DOUBLED] = ["42501", "23505"];

/** What the table of equity points promises, whatever holds it. */
export function describeEquityPoints(layout: "plain" | "hypertable"): void {
  describe(`equity points, ${layout}`, () => {
    let db: EquityCase;
    let made = 0;
    beforeAll(async () => {
      db = await openEquityCase(layout);
    });
    afterAll(() => db.close());

    const id = (ms = NOW) => idAt(ms, ++made);
    const codeOf = (act: Promise<unknown>) => act.then(() => "done").catch((error) => error.code);
    /** A job with so many points, each of them the number of the job. */
    const added = async (points = 3, ms = NOW, user: UserId = ALICE) => {
      const job = id(ms);
      await db.add(user, job, curveOf(new Array(points).fill(made)));
      return job;
    };

    test("is what it was made to be", async () => {
      expect(await equityLayout(db.sql)).toBe(layout);
      expect(await equityLayout(db.app)).toBe(layout);
    });

    test("points are read as they were written, to the last bit, in the order of time", async () => {
      const values = [0.1, 5e-324, -0, 1.7976931348623157e308, 1 / 3, -12.5];
      const times = [0, 1, 86_399_999, day(1) + 0.0, 7_258_118_400_123, 8.64e15 / 1000];
      const job = id();
      const curve = curveOf(values, times);
      await db.add(ALICE, job, curve);
      const falls = drawdownsFrom(curve.initialCash, curve.equity);
      const want = values.map((value, i): Point => [times[i]!, value, falls[i]!]);
      expect(await db.points(ALICE, `equity_of_job('${job}')`)).toEqual(want);
    });

    test("more points than one piece of a COPY holds are all there", async () => {
      const job = id();
      const values = Array.from({ length: 9001 }, (_, i) => 100 + i);
      await db.add(ALICE, job, curveOf(values));
      const points = await db.points(ALICE, `equity_of_job('${job}')`);
      expect(points.map(([, equity]) => equity)).toEqual(values);
    });

    test("drawdowns are those from the peak, of which the starting capital is one: 80, 120, 90 from 100 is -0.2, 0, -0.25", async () => {
      const job = id();
      await db.add(ALICE, job, curveOf([80, 120, 90]));
      const want = [
        [day(1), 80, 80 / 100 - 1],
        [day(2), 120, 0],
        [day(3), 90, -0.25],
      ];
      expect<unknown>(await db.points(ALICE, `equity_of_job('${job}')`)).toEqual(want);
      expect<unknown>(await db.points(ALICE, `equity_of_job('${job}', '2020-01-02')`)).toEqual(want.slice(2));
      expect<unknown>(await db.points(ALICE, `equity_of_job('${job}', '2020-01-01 23:59:59.999')`)).toEqual(want.slice(1));
      expect(await db.points(ALICE, `equity_of_job('${job}', '2020-01-03')`)).toEqual([]);
    });

    test("a bucket has its last time and equity and its lowest drawdown: seven points in three are 3, 2 and 2", async () => {
      const job = id();
      await db.add(ALICE, job, curveOf([100, 50, 75, 200, 100, 150, 300]));
      expect<unknown>(await db.points(ALICE, `equity_in_buckets('${job}', 3)`)).toEqual([
        [day(3), 75, -0.5],
        [day(5), 100, -0.5],
        [day(7), 300, -0.25],
      ]);
      expect<unknown>(await db.points(ALICE, `equity_in_buckets('${job}', 1)`)).toEqual([[day(7), 300, -0.5]]);
      expect<unknown>(await db.points(ALICE, `equity_in_buckets('${job}', 0)`)).toEqual([[day(7), 300, -0.5]]);
      const all = await db.points(ALICE, `equity_of_job('${job}')`);
      for (const buckets of [7, 500]) expect(await db.points(ALICE, `equity_in_buckets('${job}', ${buckets})`)).toEqual(all);
    });

    test("the newest point of each job, and the mean of each month over all points of some", async () => {
      const [first, second] = [id(), id()];
      const monthly = [Date.UTC(2020, 0, 31), Date.UTC(2020, 0, 31, 23, 59, 59, 999), Date.UTC(2020, 1, 1), Date.UTC(2020, 2, 1)];
      await db.add(ALICE, first, curveOf([1, 2, 3, 4], monthly));
      await db.add(ALICE, second, curveOf([6, 7], monthly.slice(1, 3)));
      const foreign = await added(3, NOW, BOB);
      const jobs = `ARRAY['${second}', '${first}', '${foreign}', '${id()}']::uuid[]`;
      const newest = await db.as(ALICE, (tx) => tx.unsafe(`SELECT job_id, equity, drawdown FROM last_equity(${jobs})`));
      expect<unknown>([...newest]).toEqual([
        { job_id: first, equity: 4, drawdown: 4 / 100 - 1 },
        { job_id: second, equity: 7, drawdown: 7 / 100 - 1 },
      ]);
      const months = await db.as(ALICE, (tx) => tx.unsafe(`SELECT month, equity, points::int FROM monthly_equity(${jobs})`));
      expect<unknown>([...months]).toEqual([
        { month: new Date(Date.UTC(2020, 0, 1)), equity: 3, points: 3 },
        { month: new Date(Date.UTC(2020, 1, 1)), equity: 5, points: 2 },
        { month: new Date(Date.UTC(2020, 2, 1)), equity: 4, points: 1 },
      ]);
    });

    test("months are those of UTC in every time zone, long ago and far ahead too", async () => {
      const job = id();
      const starts = [1901, 1970, 1999, 2000, 2400].map((year) => Date.UTC(year, 2, 1));
      const times = starts.flatMap((start) => [start - DAY_MS, start - 1, start, start + DAY_MS - 1, start + DAY_MS]);
      const values = starts.flatMap((_, k) => [k, k + 2, k + 3, k + 4, k + 8]);
      await db.add(ALICE, job, curveOf(values, times));
      const months = await db.as(ALICE, async (tx) => {
        await tx`SET LOCAL timezone = 'Pacific/Auckland'`;
        return tx.unsafe(
          `SELECT (extract(epoch FROM month) * 1000)::float8 AS ms, equity, points::int FROM monthly_equity(ARRAY['${job}']::uuid[])`,
        );
      });
      expect<unknown>([...months]).toEqual(
        starts.flatMap((start, k) => [
          { ms: Date.UTC(new Date(start).getUTCFullYear(), 1, 1), equity: k + 1, points: 2 },
          { ms: start, equity: k + 5, points: 3 },
        ]),
      );
    });

    test("a foreign job looks like none, and without a user there is none", async () => {
      const job = await added();
      for (const user of [BOB, null]) {
        for (const call of [`equity_of_job('${job}')`, `equity_in_buckets('${job}', 2)`, `last_equity(ARRAY['${job}']::uuid[])`])
          expect(await db.points(user, call)).toEqual([]);
        const months = await db.as(user, (tx) => tx.unsafe(`SELECT * FROM monthly_equity(ARRAY['${job}']::uuid[])`));
        expect(months).toHaveLength(0);
      }
    });

    test("the service's role can neither read nor change the table, nor call what is an administrator's", async () => {
      const job = await added();
      for (const statement of [
        "SELECT count(*) FROM equity_points",
        "SELECT job_id FROM equity_points",
        "DELETE FROM equity_points",
        "UPDATE equity_points SET equity = 1",
        "TRUNCATE equity_points",
        `INSERT INTO equity_points VALUES ('${job}', '1999-01-01', 1, 1) RETURNING job_id`,
        "SELECT job_id FROM equity_points_removed",
        "SELECT expire_equity_points(now())",
        "CALL move_equity_points()",
      ])
        expect([statement, await codeOf(db.as(ALICE, (tx) => tx.unsafe(statement)))]).toEqual([statement, REFUSED]);
      expect(await db.count("equity_points", [job])).toBe(3);
    });

    test("points of a foreign job, of none and of a job that has some are refused, and nothing of them stays", async () => {
      const [own, foreign, none] = [await added(3), await added(4, NOW, BOB), id()];
      const write = (jobs: readonly JobId[]) =>
        db.as(ALICE, (tx) =>
          equityPointsWriter.write(
            tx,
            jobs.map((job) => ({ user: ALICE, id: job, curve: curveOf([1, 2], [day(100), day(101)]) })),
          ),
        );
      for (const jobs of [[foreign], [none], [own, none], [own, foreign]]) expect(await codeOf(write(jobs))).toBe(REFUSED);
      expect(
        await codeOf(db.as(ALICE, (tx) => equityPointsWriter.write(tx, [{ user: ALICE, id: own, curve: curveOf([1]) }]))),
      ).toBe(DOUBLED);
      expect(await db.count("equity_points", [own, foreign, none])).toBe(7);
    });

    test("points of many jobs come in one COPY; a transaction that is undone leaves none, and its connection works on", async () => {
      const jobs = [id(), id()];
      const writing = db.as(ALICE, async (tx) => {
        for (const job of jobs) await addJob(tx, ALICE, job);
        await equityPointsWriter.write(
          tx,
          jobs.map((job) => ({ user: ALICE, id: job, curve: curveOf([1, 2]) })),
        );
        expect(await tx`SELECT ts FROM equity_of_job(${jobs[1]!})`).toHaveLength(2);
        throw new Error("undone");
      });
      expect(await writing.catch((error) => error.message)).toBe("undone");
      expect(await db.count("equity_points", jobs)).toBe(0);
    });

    test("points go with their job: from its functions at once, from the table with the next tending, in batches", async () => {
      const jobs = [await added(30), await added(40), await added(50)];
      const kept = await added(60);
      await db.remove(ALICE, jobs[1]!);
      expect(await db.points(ALICE, `equity_of_job('${jobs[1]}')`)).toEqual([]);
      expect(await db.count("equity_points", jobs)).toBe(120);
      await db.remove(ALICE, jobs[2]!);
      await db.remove(ALICE, jobs[0]!);

      const remove = async () => (await db.app`SELECT remove_equity_points(60) AS more`)[0]?.more;
      expect(await remove()).toBe(true);
      expect(await db.count("equity_points", jobs)).toBe(50);
      expect(await remove()).toBe(false);
      expect(await db.count("equity_points", jobs)).toBe(0);
      expect(await db.count("equity_points", [kept])).toBe(60);
      expect(await db.count("equity_points_removed")).toBe(0);
    });

    test("whoever reads is not held up by removal, and goes on seeing what was there", async () => {
      const [job, kept] = [await added(30), await added(40)];
      const during = await db.sql.begin("ISOLATION LEVEL REPEATABLE READ", async (reader) => {
        const count = async () =>
          (await reader`SELECT count(*)::int AS n FROM equity_points WHERE job_id IN (${job}, ${kept})`)[0]?.n;
        const before = await count();
        await db.remove(ALICE, job);
        while (await tendEquityPoints(db.app));
        return [before, await db.count("equity_points", [job, kept]), await count()];
      });
      expect(during).toEqual([70, 40, 70]);
      // The other way round: a removal that is not committed holds no reader up.
      const seen = await db.sql.begin(async (removal) => {
        await removal`DELETE FROM jobs WHERE id = ${kept}`;
        await removal`SELECT backgrid.remove_equity_points()`;
        return db.points(ALICE, `equity_of_job('${kept}')`);
      });
      expect(seen).toHaveLength(40);
      expect(await db.points(ALICE, `equity_of_job('${kept}')`)).toEqual([]);
    });

    test("points of jobs older than a time expire, those of younger ones stay, and so do the jobs", async () => {
      const old = [await added(30, NOW - 90 * DAY_MS), await added(40, NOW - 80 * DAY_MS, BOB)];
      const young = [await added(5, NOW - 10 * DAY_MS), await added(6)];
      let more = true;
      for (let calls = 0; more && calls < 10; calls++) {
        const [row] = await db.sql`SELECT expire_equity_points(${new Date(NOW - 30 * DAY_MS)}, 30) AS more`;
        more = row?.more;
      }
      expect(more).toBe(false);
      expect(await db.count("equity_points", old)).toBe(0);
      expect(await db.count("equity_points", young)).toBe(11);
      expect(await db.sql`SELECT FROM jobs WHERE id = ANY (${old})`).toHaveLength(2);
    });
  });
}
