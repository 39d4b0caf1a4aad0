import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { JobId } from "../../../core/jobs/job.ts";
import { DAY_MS } from "../../../core/time.ts";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { ALICE } from "../test-jobs.ts";
import { tendEquityPoints } from "./equity-points.ts";
import { curveOf, type EquityCase, hasTimescale, idAt, openEquityCase } from "./test-equity.ts";

const NOW = Date.UTC(2026, 0, 15);
const timescale = await hasTimescale();

/** The functions of TimescaleDB 2.28 that are called, with their arguments and results, in a schema of their own: each notes that it was called. */
const STAND_IN = `
  CREATE SCHEMA stand_in;
  CREATE TABLE stand_in.called (what text);
  CREATE TABLE stand_in.chunk_1 ();
  CREATE TABLE stand_in.chunk_2 ();
  GRANT USAGE ON SCHEMA stand_in TO PUBLIC;
  GRANT ALL ON ALL TABLES IN SCHEMA stand_in TO PUBLIC;
  CREATE TYPE stand_in.dimension_info AS (column_name name, partition_interval interval);
  CREATE FUNCTION stand_in.by_range(column_name name, partition_interval anyelement = NULL::bigint, partition_func regproc = NULL)
    RETURNS stand_in.dimension_info LANGUAGE sql AS $$ SELECT column_name, partition_interval::text::interval $$;
  CREATE FUNCTION stand_in.create_hypertable(relation regclass, dimension stand_in.dimension_info, create_default_indexes boolean = true,
    if_not_exists boolean = false, migrate_data boolean = false) RETURNS TABLE (hypertable_id int, created bool) LANGUAGE sql AS $$
      INSERT INTO stand_in.called VALUES (format('create_hypertable %s %s %s', relation, dimension, create_default_indexes));
      SELECT 1, true $$;
  CREATE FUNCTION stand_in.show_chunks(relation regclass, older_than interval = NULL, newer_than interval = NULL, created_before interval = NULL,
    created_after interval = NULL) RETURNS SETOF regclass LANGUAGE sql AS $$
      INSERT INTO stand_in.called VALUES (format('show_chunks %s %s', relation, older_than));
      VALUES ('stand_in.chunk_1'::regclass), ('stand_in.chunk_2') $$;
  CREATE SCHEMA _timescaledb_functions;
  GRANT USAGE ON SCHEMA _timescaledb_functions TO PUBLIC;
  CREATE FUNCTION _timescaledb_functions.chunk_status(chunk regclass) RETURNS int LANGUAGE sql AS $$
    SELECT count(*)::int FROM stand_in.called WHERE what = format('compress_chunk %s', chunk) $$;
  CREATE FUNCTION stand_in.compress_chunk(uncompressed_chunk regclass, if_not_compressed boolean = true, recompress boolean = false)
    RETURNS regclass LANGUAGE plpgsql AS $$ BEGIN
      EXECUTE format('LOCK TABLE %s IN EXCLUSIVE MODE', uncompressed_chunk);
      INSERT INTO stand_in.called VALUES (format('compress_chunk %s', uncompressed_chunk));
      RETURN uncompressed_chunk; END $$;
  CREATE FUNCTION stand_in.drop_chunks(relation regclass, older_than timestamptz = NULL, newer_than timestamptz = NULL, verbose boolean = false,
    created_before timestamptz = NULL, created_after timestamptz = NULL) RETURNS SETOF text LANGUAGE sql AS $$
      INSERT INTO stand_in.called VALUES (format('drop_chunks %s %s', relation, older_than));
      SELECT 'chunk' $$;
  CREATE OR REPLACE FUNCTION equity_hypertable_schema() RETURNS name LANGUAGE sql STABLE AS $$ SELECT 'stand_in'::name $$;
  CREATE OR REPLACE FUNCTION is_hypertable(target name) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT true $$;`;

describeWithPostgres("the statements for TimescaleDB", () => {
  test.skipIf(timescale)("are carried out as far as a server without it can", async () => {
    const db = await openEquityCase("plain");
    try {
      await db.add(ALICE, idAt(NOW, 1), curveOf([1, 2]));
      await db.sql.unsafe(STAND_IN);
      const steps = await db.sql<
        { step: string }[]
      >`SELECT equity_hypertable_steps('backgrid.equity_points', 'stand_in') AS step`;
      const ends = [];
      for (const { step } of steps)
        ends.push(
          await db.sql
            .unsafe(step)
            .then(() => "done")
            .catch(({ message }) => message),
        );
      expect(ends).toEqual(["done", 'unrecognized parameter namespace "timescaledb"']);
      // As the server's own vacuum holds a chunk.
      const more = await db.sql.begin(async (vacuum) => {
        await vacuum`LOCK TABLE stand_in.chunk_1 IN SHARE UPDATE EXCLUSIVE MODE`;
        return [await tendEquityPoints(db.app), await tendEquityPoints(db.app)];
      });
      expect(more).toEqual([false, false]);
      expect(await tendEquityPoints(db.app)).toBe(false);
      await db.sql`SELECT expire_equity_points('2026-01-01')`;
      const called = await db.sql<{ what: string }[]>`SELECT what FROM stand_in.called`;
      expect(called.map(({ what }) => what)).toEqual([
        'create_hypertable equity_points (job_id,"7 days") f',
        "show_chunks equity_points 1 day",
        "compress_chunk stand_in.chunk_2",
        "show_chunks equity_points 1 day",
        "show_chunks equity_points 1 day",
        "compress_chunk stand_in.chunk_1",
        "drop_chunks equity_points 2026-01-01 00:00:00+00",
      ]);
    } finally {
      await db.close();
    }
  });
});

describe.skipIf(!timescale)("a hypertable's chunks", () => {
  let db: EquityCase;
  const early = [idAt(NOW - 60 * DAY_MS, 1), idAt(NOW - 60 * DAY_MS, 2)] as const;
  const values = Array.from({ length: 2000 }, (_, i) => 100 + (i % 13));
  beforeAll(async () => {
    db = await openEquityCase("hypertable");
    for (const id of early) await db.add(ALICE, id, curveOf(values));
  });
  afterAll(() => db.close());

  const answersOf = (id: JobId) =>
    Promise.all(
      [`equity_of_job('${id}')`, `equity_in_buckets('${id}', 50)`, `last_equity(ARRAY['${id}']::uuid[])`].map((call) =>
        db.points(ALICE, call),
      ),
    );
  async function tended(): Promise<void> {
    while (await tendEquityPoints(db.app));
  }
  const compressed = async () =>
    (
      await db.sql<{ whole: boolean }[]>`
      SELECT bool_and(_timescaledb_functions.chunk_status(chunk) = 1) AS whole FROM show_chunks('equity_points') chunk`
    )[0]?.whole;

  test("are compressed when their jobs are old, and their answers stay", async () => {
    const before = await answersOf(early[0]);
    expect(await compressed()).toBe(false);
    await tended();
    expect(await compressed()).toBe(true);
    expect(await answersOf(early[0])).toEqual(before);
  });

  test("that the server is vacuuming are compressed another time, and hold no other up", async () => {
    const [older, newer] = [idAt(NOW - 50 * DAY_MS, 4), idAt(NOW - 40 * DAY_MS, 5)];
    for (const id of [older, newer]) await db.add(ALICE, id, curveOf(values));
    const open = async () =>
      (
        await db.sql`SELECT chunk::text FROM show_chunks('equity_points') chunk WHERE _timescaledb_functions.chunk_status(chunk) <> 1`
      ).map(({ chunk }) => chunk);
    const [first, second] = await open();
    expect([first, second].includes(undefined)).toBe(false);
    await db.sql.begin(async (vacuum) => {
      await vacuum`LOCK TABLE ${vacuum.unsafe(first)} IN SHARE UPDATE EXCLUSIVE MODE`;
      await tended();
      expect(await open()).toEqual([first]);
    });
    await tended();
    expect(await compressed()).toBe(true);
    for (const id of [older, newer]) expect(await db.points(ALICE, `equity_of_job('${id}')`)).toHaveLength(values.length);
  });

  test("take points of a job that finishes late, and are compressed again", async () => {
    const late = idAt(NOW - 60 * DAY_MS, 3);
    await db.add(ALICE, late, curveOf(values));
    expect(await compressed()).toBe(false);
    const before = await answersOf(late);
    expect(before[0]).toHaveLength(values.length);
    await tended();
    expect(await compressed()).toBe(true);
    expect(await answersOf(late)).toEqual(before);
  });

  test("refuse points a second time, compressed as they are", async () => {
    const again = db.as(
      ALICE,
      (tx) => tx`INSERT INTO equity_points VALUES (${early[0]}, ${new Date(Date.UTC(2020, 0, 1))}, 1, 0)`,
    );
    expect(await again.catch(({ code }) => code)).toBe("23505");
  });

  test("lose the points of a removed job alone", async () => {
    await db.remove(ALICE, early[1]);
    await tended();
    expect(await db.count("equity_points", [early[1]])).toBe(0);
    expect(await db.count("equity_points", [early[0]])).toBe(values.length);
  });

  test("are dropped whole when all of their jobs are older than what is kept", async () => {
    const [row] = await db.sql`SELECT expire_equity_points(${new Date(NOW - 30 * DAY_MS)}) AS more`;
    expect(row?.more).toBe(false);
    expect(await db.count("equity_points")).toBe(0);
    expect(await db.sql`SELECT FROM timescaledb_information.chunks`).toHaveLength(0);
  });

  test("that are read just then are dropped another time: nobody waits for that", async () => {
    await db.add(ALICE, idAt(NOW - 60 * DAY_MS, 9), curveOf([1, 2]));
    const more = await db.sql.begin(async (reader) => {
      await reader`SELECT FROM equity_points`;
      return (await db.sql`SELECT expire_equity_points(${new Date(NOW)}) AS more`)[0]?.more;
    });
    expect(more).toBe(true);
    expect(await db.count("equity_points")).toBe(2);
    expect((await db.sql`SELECT expire_equity_points(${new Date(NOW)}) AS more`)[0]?.more).toBe(false);
    expect(await db.count("equity_points")).toBe(0);
  });
});
