import type { ReservedSql, Sql } from "postgres";
import { LOCAL_USER } from "../../api/ids.ts";
import { decodeCurve, encodeCurve, type PackedPoints } from "../../api/store/curve-blob.ts";
import { doublesOf } from "../../api/store/doubles.ts";
import { type EquityLayout, equityPointsWriter } from "../../api/store/postgres/equity-points.ts";
import type { Curve, JobId } from "../../core/jobs/job.ts";
import { inBuckets, type Month, monthsOf, type Points, pointsAfter } from "./answers.ts";

/** What the queries give; times as epoch ms. */
export interface Answers {
  all(job: JobId): Promise<Points>;
  after(job: JobId, afterMs: number): Promise<Points>;
  buckets(job: JobId, count: number): Promise<Points>;
  /** The newest point of each job, in their order. */
  last(jobs: readonly JobId[]): Promise<Points>;
  months(jobs: readonly JobId[]): Promise<readonly Month[]>;
}

/** One way to keep curves in PostgreSQL. */
export interface Layout {
  readonly name: string;
  /** Whether the service has it: then its queries are held against the limit. */
  readonly ships: boolean;
  /** What the migrations have to make of the table of points. */
  readonly table: EquityLayout;
  /** After the migrations, as their owner. */
  readonly change: string | null;
  /** Makes the work of writing one curve, apart from what the service's children do before. */
  writing(job: JobId, curve: Curve): (tx: ReservedSql) => Promise<unknown>;
  /** When all is there, as the owner. */
  settle(sql: Sql): Promise<void>;
  readonly size: string;
  /** Reads every row, so that the system's cache holds what it can. */
  readonly readAll: string;
  answers(tx: ReservedSql): Answers;
}

/** How long chunks may take to be compressed, those included that the server is just vacuuming and that wait for it. */
const SETTLE_MS = 600_000;

const rows: Omit<Layout, "name" | "ships" | "change"> = {
  table: "plain",
  readAll: "SELECT sum(equity), sum(drawdown) FROM equity_points",
  writing: (id: JobId, curve: Curve) => (tx: ReservedSql) => equityPointsWriter.write(tx, [{ user: LOCAL_USER, id, curve }]),
  answers: pointAnswers,
  settle: async () => {},
  size: "pg_total_relation_size('equity_points')",
};

const BLOBS: Layout = {
  name: "blobs, a row a job",
  table: "plain",
  readAll: "SELECT sum(length(md5(equity)) + length(md5(times))) FROM curves",
  ships: true,
  change: null,
  writing(id, curve) {
    const { version, points, initialCash, daily, checksum, previewChecksum, preview, times, equity } = encodeCurve(curve);
    return (
      tx,
    ) => tx`INSERT INTO curves VALUES (${LOCAL_USER}, ${id}, ${version}, ${points}, ${initialCash}, ${daily}, ${checksum},
      ${previewChecksum}, ${preview}, ${times}, ${equity})`;
  },
  settle: async () => {},
  size: "pg_total_relation_size('curves')",
  answers: blobAnswers,
};

const PLAIN: Layout = { ...rows, name: "rows, plain table, key (job, ts)", ships: true, change: null };

const HEAP: Layout = {
  ...rows,
  name: "rows, heap without an index",
  ships: false,
  change: "ALTER TABLE equity_points DROP CONSTRAINT equity_points_pkey",
};

export const HYPERTABLE: Layout = {
  ...rows,
  table: "hypertable",
  name: "rows, hypertable on the job's id, compressed",
  ships: true,
  change: null,
  async settle(sql) {
    for (const start = performance.now(); ; ) {
      await sql`SELECT compress_equity_points()`;
      const left =
        await sql`SELECT FROM show_chunks('equity_points') chunk WHERE _timescaledb_functions.chunk_status(chunk) <> 1`;
      if (left.length === 0) return;
      if (performance.now() - start > SETTLE_MS) throw new Error(`${left.length} chunks could not be compressed`);
    }
  },
  size: "hypertable_size('equity_points')",
};

/** Those that every server can have. */
export const LAYOUTS: readonly Layout[] = [BLOBS, PLAIN, HEAP];

/** By the functions of the schema; texts of numbers are taken apart as a program does. */
function pointAnswers(tx: ReservedSql): Answers {
  type Row = readonly (Uint8Array | null)[];
  const columns = (found: readonly Row[]): Points => {
    const column = (at: number, of: (text: string) => number) => Float64Array.from(found, (row) => of(String(row[at])));
    return { timeMs: column(0, msOf), equity: column(1, Number), drawdown: column(2, Number) };
  };
  return {
    all: async (job) => columns(await tx`SELECT ts, equity, drawdown FROM equity_of_job(${job})`.raw()),
    after: async (job, ms) =>
      columns(await tx`SELECT ts, equity, drawdown FROM equity_of_job(${job}, to_timestamp(${ms} / 1000.0))`.raw()),
    buckets: async (job, count) => columns(await tx`SELECT ts, equity, drawdown FROM equity_in_buckets(${job}, ${count})`.raw()),
    last: async (jobs) => columns(await tx`SELECT ts, equity, drawdown FROM last_equity(${[...jobs]}) ORDER BY job_id`.raw()),
    months: async (jobs) => {
      const found = await tx`SELECT month, equity, points FROM monthly_equity(${[...jobs]})`.raw();
      const { timeMs, equity: mean, drawdown: points } = columns(found);
      return Array.from(timeMs, (fromMs, k) => ({ fromMs, mean: mean[k]!, points: points[k]! }));
    },
  };
}

/** PostgreSQL's `2020-01-31 00:00:00+00`, read as UTC. */
function msOf(text: string): number {
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, "Z")}`);
}

/** Blobs are fetched and unpacked, and the arithmetic is the caller's. */
function blobAnswers(tx: ReservedSql): Answers {
  const curves = async (jobs: readonly JobId[]) => {
    const found = await tx<PackedPoints[]>`
      SELECT version, points::float8 AS points, initial_cash AS "initialCash", daily, checksum, times, equity
      FROM curves WHERE job_id = ANY (${[...jobs]}) ORDER BY job_id`;
    return found.map((row) => decodeCurve(row));
  };
  const curve = async (job: JobId) => (await curves([job]))[0]!;
  return {
    all: async (job) => pointsAfter(await curve(job), -Infinity),
    after: async (job, ms) => pointsAfter(await curve(job), ms),
    buckets: async (job, count) => inBuckets(await curve(job), count),
    async last(jobs) {
      const found = await tx<{ initial: number; preview: Uint8Array }[]>`
        SELECT initial_cash AS initial, preview FROM curves WHERE job_id = ANY (${[...jobs]}) ORDER BY job_id`;
      const both = found.map(({ preview }) => doublesOf(preview));
      const column = (at: (doubles: Float64Array) => number) => Float64Array.from(both, (doubles) => doubles[at(doubles)]!);
      return { timeMs: column(({ length }) => length / 2 - 1), equity: column(({ length }) => length - 1), drawdown: [] };
    },
    months: async (jobs) => monthsOf(await curves(jobs)),
  };
}
