import { expect, test } from "bun:test";
import type { JobId, UserId } from "../../../core/jobs/job.ts";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { ALICE, BOB } from "../test-jobs.ts";
import { equityLayout, tendEquityPoints } from "./equity-points.ts";
import { curveOf, type EquityCase, hasTimescale, idAt, openEquityCase } from "./test-equity.ts";

const NOW = Date.UTC(2026, 0, 15);
const POINTS = 300;
const timescale = await hasTimescale();

/** Jobs of two users; each has as many points as its place, from 1 on, and each of them is that number. */
interface Crowd {
  add(): Promise<void>;
  /** Removes the oldest that is still there. */
  removeOldest(): Promise<void>;
  /** What does not hold for a job that was there before. */
  look(): Promise<string | null>;
  readonly there: () => ReadonlyMap<JobId, number>;
}

function crowdIn(db: EquityCase): Crowd {
  const jobs = new Map<JobId, { readonly user: UserId; readonly size: number }>();
  let made = 0;
  let looked = 0;
  return {
    async add() {
      const n = ++made;
      const size = 1 + (n % POINTS);
      const [user, id] = [n % 2 === 0 ? ALICE : BOB, idAt(NOW + n, n)];
      await db.add(user, id, curveOf(new Array(size).fill(size)));
      jobs.set(id, { user, size });
    },
    async removeOldest() {
      const [oldest] = jobs;
      if (oldest === undefined) return;
      const [id, { user }] = oldest;
      jobs.delete(id);
      await db.remove(user, id);
    },
    async look() {
      const [id, { user, size }] = [...jobs][looked++ % jobs.size]!;
      const points = await db.points(user, `equity_of_job('${id}')`);
      const whole = points.length === size && points.every(([, equity]) => equity === size);
      return whole || !jobs.has(id) ? null : `${id} has ${points.length} points, not ${size}`;
    },
    there: () => new Map([...jobs].map(([id, { size }]) => [id, size] as const)),
  };
}

/** Does something again and again until the promise is settled. */
async function meanwhile(until: Promise<unknown>, act: () => Promise<void>): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  until.then(end, end);
  while (!over) await act();
}

async function move(db: EquityCase): Promise<void> {
  const session = await db.sql.reserve();
  try {
    await session`SET ROLE backgrid_owner`;
    await session`CALL backgrid.move_equity_points()`;
  } finally {
    await session`RESET ROLE`.catch(() => {});
    session.release();
  }
}

async function exactly(db: EquityCase, { there }: Crowd): Promise<void> {
  const rows = await db.sql<
    { job_id: JobId; points: number }[]
  >`SELECT job_id, count(*)::int AS points FROM equity_points GROUP BY 1`;
  const found = new Map(rows.map(({ job_id, points }) => [job_id, points] as const));
  expect([...found].toSorted()).toEqual([...there()].toSorted());
}

describeWithPostgres("moving equity points", () => {
  for (const to of ["plain", "hypertable"] as const) {
    test.skipIf(to === "hypertable" && !timescale)(
      `to a new ${to} table, while jobs finish, are read and removed: no read is wrong, and in the end every job has exactly its points`,
      async () => {
        const db = await openEquityCase("plain");
        try {
          const crowd = crowdIn(db);
          for (let n = 0; n < 60; n++) await crowd.add();
          if (to === "hypertable") await letTimescaleBeUsed(db);
          const moving = move(db);
          const wrong: string[] = [];
          await Promise.all([
            moving,
            meanwhile(moving, crowd.add),
            meanwhile(moving, async () => {
              const found = await crowd.look();
              if (found !== null) wrong.push(found);
            }),
            meanwhile(moving, async () => {
              await crowd.removeOldest();
              await tendEquityPoints(db.app);
            }),
          ]);
          expect(wrong).toEqual([]);
          expect(await equityLayout(db.sql)).toBe(to);
          await db.sql`DROP TABLE equity_points_old`;
          for (let n = 0; n < 3; n++) await crowd.add();
          while (await tendEquityPoints(db.app));
          await exactly(db, crowd);
          expect(await db.as(ALICE, (tx) => tx`SELECT FROM equity_points`).catch(({ code }) => code)).toBe("42501");
          const foreign = [...crowd.there().keys()].at(-1)!;
          const added = db.as(ALICE, (tx) => tx`INSERT INTO equity_points VALUES (${idAt(NOW, 9)}, now(), 1, 0)`);
          expect([foreign, await added.catch(({ code }) => code)]).toEqual([foreign, "42501"]);
        } finally {
          await db.close();
        }
      },
    );
  }

  test("goes on where it was when it was killed, and can be done again when the old table is gone", async () => {
    const db = await openEquityCase("plain");
    try {
      const crowd = crowdIn(db);
      for (let n = 0; n < 40; n++) await crowd.add();
      // A lock of a reader that stays keeps the move from its last step.
      const reader = await db.sql.reserve();
      await reader`BEGIN`;
      await reader`SELECT FROM equity_points LIMIT 1`;
      const first = move(db).then(
        () => "moved",
        () => "killed",
      );
      while ((await copied(db)) < 40) await Bun.sleep(5);
      expect(await move(db).catch(({ message }) => message)).toBe("the points are being moved");
      await db.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL %' AND pid <> pg_backend_pid()`;
      expect(await first).toBe("killed");
      await reader`COMMIT`;
      reader.release();
      await crowd.add();
      await crowd.removeOldest();
      expect(await tendEquityPoints(db.app)).toBe(false);
      await move(db);
      await db.sql`DROP TABLE equity_points_old`;
      while (await tendEquityPoints(db.app));
      await exactly(db, crowd);
      await move(db);
      expect(await move(db).catch(({ message }) => message)).toBe("drop backgrid.equity_points_old first");
      await exactly(db, crowd);
      expect(await db.sql`CALL move_equity_points()`.catch(({ message }) => message)).toContain("SET ROLE backgrid_owner");
    } finally {
      await db.close();
    }
  });
});

async function copied(db: EquityCase): Promise<number> {
  const [found] = await db.sql<{ there: boolean }[]>`SELECT to_regclass('equity_points_next') IS NOT NULL AS there`;
  if (found?.there !== true) return 0;
  const [row] = await db.sql<{ jobs: number }[]>`SELECT count(DISTINCT job_id)::int AS jobs FROM equity_points_next`;
  return row?.jobs ?? 0;
}

/** The database was made as one of a server without TimescaleDB; from now on it is one of a server that has it. */
async function letTimescaleBeUsed({ sql }: EquityCase): Promise<void> {
  const [made] = await sql<{ text: string }[]>`SELECT pg_get_functiondef('equity_hypertable_schema'::regproc) AS text`;
  await sql.unsafe((made?.text ?? "").replace("'none'", "'timescaledb'"));
}
