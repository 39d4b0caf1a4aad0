import type { ReservedSql } from "postgres";
import { LOCAL_USER } from "../../api/ids.ts";
import { equityLayout } from "../../api/store/postgres/equity-points.ts";
import { migratePostgres } from "../../api/store/postgres/migrate.ts";
import type { Curve } from "../../core/jobs/job.ts";
import { uniforms } from "../../core/random.ts";
import { quantile } from "../../core/statistics/quantile.ts";
import { inBuckets, monthsOf, type Points, pointsAfter, sameMonths, samePoints } from "./answers.ts";
import { asApp, asUser, type BenchServer } from "./bench-server.ts";
import { curveOf, idOf, type Scale } from "./curves.ts";
import type { Answers, Layout } from "./layouts.ts";

export const BUCKETS = 500;
export const NEWEST = 250;
export const MANY_JOBS = 100;
const COLD_RUNS = 3;
const WARM_RUNS = 30;
/** Warm runs of a slow query end after so long, but not before the third. */
const WARM_MS = 20_000;
const LEAST_WARM_RUNS = 3;
const PARITY_JOBS = 3;
const TIMED_OUT = "57014";

export const QUERIES = ["all", "after", "buckets", "last", "months"] as const;
type Query = (typeof QUERIES)[number];

/** Times in ms; null for a query that was ended after 60 s. */
export interface QueryTimes {
  readonly cold: readonly number[] | null;
  readonly warm: readonly number[] | null;
}

export interface Measured {
  readonly name: string;
  readonly ships: boolean;
  readonly pointsPerSecond: number;
  readonly jobMedianMs: number;
  readonly jobP99Ms: number;
  readonly settleSeconds: number;
  readonly bytes: number;
  readonly bytesPerPoint: number;
  readonly coldBy: string;
  readonly queries: Readonly<Record<Query, QueryTimes>>;
}

/** What a query is asked for: a job, jobs, a time after which 250 points come. */
interface Asked {
  readonly k: number;
  readonly many: readonly number[];
}

const run: Readonly<Record<Query, (answers: Answers, scale: Scale, asked: Asked) => Promise<unknown>>> = {
  all: (answers, scale, { k }) => answers.all(idOf(scale, k)),
  after: (answers, scale, { k }) => answers.after(idOf(scale, k), timeBefore(scale)),
  buckets: (answers, scale, { k }) => answers.buckets(idOf(scale, k), BUCKETS),
  last: (answers, scale, { many }) => answers.last(many.map((k) => idOf(scale, k))),
  months: (answers, scale, { many }) => answers.months(many.map((k) => idOf(scale, k))),
};

/** All curves have the same times. */
function timeBefore(scale: Scale): number {
  const { timeMs } = curveOf({ jobs: 1, points: scale.points }, 0);
  return timeMs[Math.max(0, scale.points - 1 - NEWEST)]!;
}

/** One layout in a database of its own: filled, compared with what was written, and asked. */
export async function measured(server: BenchServer, layout: Layout, scale: Scale): Promise<Measured> {
  await server.recreate();
  const migrated = await migratePostgres(server.url);
  if (!migrated.ok) throw new Error(migrated.error.detail);
  const owner = server.owner();
  const found = await equityLayout(owner);
  if (found !== layout.table) throw new Error(`${layout.name}: the table is ${found}, not ${layout.table}`);
  if (layout.change !== null) await owner.unsafe(layout.change);
  const inserts = await filled(server.url, layout, scale);
  const settling = performance.now();
  await layout.settle(owner);
  const settleSeconds = (performance.now() - settling) / 1000;
  await owner`VACUUM (ANALYZE)`;
  const [{ bytes }] = await owner.unsafe<[{ bytes: number }]>(`SELECT (${layout.size})::float8 AS bytes`);
  await owner.end();
  await compare(server.url, layout, scale);
  const queries = await asked(server, layout, scale);
  const { name, ships } = layout;
  return { name, ships, ...inserts, settleSeconds, bytes, bytesPerPoint: bytes / (scale.jobs * scale.points), ...queries };
}

/** Writes the curves, a transaction each, one after the other. */
async function filled(url: string, layout: Layout, scale: Scale) {
  const sql = asApp(url);
  const tx = await sql.reserve();
  await inTransaction(tx, () => addJobs(tx, scale));
  const taken = new Float64Array(scale.jobs);
  for (let k = 0; k < scale.jobs; k++) {
    const write = layout.writing(idOf(scale, k), curveOf(scale, k));
    const before = performance.now();
    await inTransaction(tx, () => write(tx));
    taken[k] = performance.now() - before;
  }
  tx.release();
  await sql.end();
  const seconds = taken.reduce((sum, ms) => sum + ms) / 1000;
  const sorted = taken.toSorted();
  return {
    pointsPerSecond: (scale.jobs * scale.points) / seconds,
    jobMedianMs: quantile(sorted, 0.5),
    jobP99Ms: quantile(sorted, 0.99),
  };
}

async function inTransaction(tx: ReservedSql, act: () => Promise<unknown>): Promise<void> {
  await tx`BEGIN`;
  await tx`SELECT set_config('app.user_id', ${LOCAL_USER}, true)`;
  await act();
  await tx`COMMIT`;
}

async function addJobs(tx: ReservedSql, scale: Scale): Promise<void> {
  const ids = Array.from({ length: scale.jobs }, (_, k) => idOf(scale, k) as string);
  await tx`
    INSERT INTO jobs (user_id, id, kind, status, attempt, tries, created_at_ms, symbol, strategy, bars_source)
    SELECT ${LOCAL_USER}, id, 'backtest', 'completed', 1, 1, 0, 'WALK', 'ma_crossover', 'inline' FROM unnest(${ids}::uuid[]) id`;
}

/** Holds the answers of some jobs against the curves that were written. @throws {Error} telling what differs */
async function compare(url: string, layout: Layout, scale: Scale): Promise<void> {
  const tooSlow = new Set<Query>();
  for (const { k, many } of questions(scale, PARITY_JOBS, 1)) {
    const curve = curveOf(scale, k);
    const told = (what: string) => `${layout.name}, job ${k}, ${what}`;
    const check = async (query: Query, hold: (got: Answers) => Promise<void>) => {
      if (tooSlow.has(query)) return;
      const done = await withinLimit(async () => {
        await asUser(url, (tx) => hold(layout.answers(tx)));
        return true;
      });
      if (done !== null) return;
      tooSlow.add(query);
      process.stderr.write(`${told(query)}: not compared, it took more than 60 s\n`);
    };
    const ids = many.map((each) => idOf(scale, each));
    const curves = many.map((each) => curveOf(scale, each));
    const after = timeBefore(scale);
    await check("all", async (got) => samePoints(told("all"), pointsAfter(curve, -Infinity), await got.all(idOf(scale, k))));
    await check("after", async (got) =>
      samePoints(told("after"), pointsAfter(curve, after), await got.after(idOf(scale, k), after)),
    );
    await check("buckets", async (got) =>
      samePoints(told("buckets"), inBuckets(curve, BUCKETS), await got.buckets(idOf(scale, k), BUCKETS)),
    );
    await check("last", async (got) => samePoints(told("last"), lastOf(curves), { ...(await got.last(ids)), drawdown: [] }));
    await check("months", async (got) => sameMonths(told("months"), monthsOf(curves), await got.months(ids)));
  }
}

/** Times each query: first cold ones, then warm ones. */
async function asked(server: BenchServer, layout: Layout, scale: Scale) {
  const cold: Partial<Record<Query, readonly number[] | null>> = {};
  let coldBy = "";
  for (const query of QUERIES) {
    const taken: number[] = [];
    for (const one of questions(scale, COLD_RUNS, 2)) {
      coldBy = await server.cool();
      const ms = await withinLimit(() => asUser(server.url, (tx) => timed(() => run[query](layout.answers(tx), scale, one))));
      if (ms === null) break;
      taken.push(ms);
    }
    cold[query] = taken.length === COLD_RUNS ? taken : null;
  }
  await readAll(server, layout);
  const times = async (query: Query): Promise<QueryTimes> => {
    const warm =
      cold[query] === null ? null : await withinLimit(() => asUser(server.url, (tx) => warmTimes(tx, layout, query, scale)));
    return { cold: cold[query] ?? null, warm };
  };
  const queries: Record<Query, QueryTimes> = {
    all: await times("all"),
    after: await times("after"),
    buckets: await times("buckets"),
    last: await times("last"),
    months: await times("months"),
  };
  return { coldBy, queries };
}

async function warmTimes(tx: ReservedSql, layout: Layout, query: Query, scale: Scale): Promise<number[]> {
  const answers = layout.answers(tx);
  const [first, ...rest] = questions(scale, WARM_RUNS + 1, 3);
  await run[query](answers, scale, first!);
  const taken: number[] = [];
  for (const start = performance.now(); taken.length < rest.length; ) {
    if (taken.length >= LEAST_WARM_RUNS && performance.now() - start > WARM_MS) break;
    taken.push(await timed(() => run[query](answers, scale, rest[taken.length]!)));
  }
  return taken;
}

async function readAll(server: BenchServer, layout: Layout): Promise<void> {
  const owner = server.owner();
  await owner`SELECT set_config('app.user_id', ${LOCAL_USER}, false)`;
  await owner.unsafe(layout.readAll);
  await owner.end();
}

function questions({ jobs }: Scale, count: number, seed: number): readonly Asked[] {
  const chance = uniforms(seed);
  const any = () => Math.floor(chance() * jobs);
  return Array.from({ length: count }, () => {
    const many = new Set<number>();
    while (many.size < Math.min(MANY_JOBS, jobs)) many.add(any());
    return { k: any(), many: [...many].sort((a, b) => a - b) };
  });
}

function lastOf(curves: readonly Curve[]): Points {
  const column = (of: (curve: Curve) => Float64Array) => Float64Array.from(curves, (curve) => of(curve).at(-1) ?? Number.NaN);
  return { timeMs: column(({ timeMs }) => timeMs), equity: column(({ equity }) => equity), drawdown: [] };
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await act();
  return performance.now() - before;
}

/** Null for a statement that the server ended because it took too long. */
async function withinLimit<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === TIMED_OUT) return null;
    throw error;
  }
}
