import type postgres from "postgres";
import type { PackedCurve } from "../../core/jobs/job.ts";
import type { SentJob } from "../kills/client.ts";
import { decodeCurve } from "../store/curve-blob.ts";
import type { Ending } from "./bodies.ts";

/** What a database shows of the jobs that were sent to a fleet. All lists are empty for one that keeps its word. */
export interface Findings {
  readonly accepted: number;
  readonly completed: number;
  /** With the problem with which they had to end. */
  readonly failed: number;
  readonly results: number;
  /** Jobs that were begun more than once. */
  readonly repeated: number;
  /** Jobs that an answer promised and that are not there, not final, or ended as they should not. */
  readonly lost: readonly string[];
  /** Keys that stand for more than one job, and rows of jobs beyond one a key. */
  readonly doubled: readonly string[];
  /** Results, curves and trials that differ from those of a calm run. */
  readonly wrong: readonly string[];
  /** Jobs with a part of what they leave. */
  readonly partial: readonly string[];
  /** Leases, parts of sweeps and whatever else is left of the way of a job that is final. */
  readonly stuck: readonly string[];
}

interface Row extends Omit<PackedCurve, "preview" | "previewChecksum" | "points"> {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly attempt: number;
  readonly problem: string | null;
  readonly result_hash: string | null;
  readonly points: number | null;
  readonly trial_count: number | null;
}

/** Jobs that have some of what they leave and not all, or any of it before they are completed, in one look. */
export async function partialIn(sql: postgres.Sql): Promise<readonly string[]> {
  const rows = await sql`
    select concat_ws(' ', id, kind, status, results, trades, curves, trials)
    from (
      select id, kind, status, status = 'completed' as is_done,
        (select count(*) from backgrid.results r where (r.user_id, r.job_id) = (j.user_id, j.id)) as results,
        (select count(*) from backgrid.trades r where (r.user_id, r.job_id) = (j.user_id, j.id)) as trades,
        (select count(*) from backgrid.curves r where (r.user_id, r.job_id) = (j.user_id, j.id)) as curves,
        (select count(*) from backgrid.trials r where (r.user_id, r.job_id) = (j.user_id, j.id)) as trials
      from backgrid.jobs j where kind <> 'sweep_part'
    ) left_by
    where (results, trades, curves, trials) is distinct from
      (is_done::int, (is_done and kind = 'backtest')::int, (is_done and kind <> 'sweep')::int, (is_done and kind = 'sweep')::int)
    union all
    select concat_ws(' ', id, 'part of', sweep_id, status)
    from backgrid.jobs join backgrid.sweep_parts p on (p.user_id, p.job_id) = (jobs.user_id, jobs.id)
    where (status = 'completed') <> (p.trials is not null)`.values();
  return rows.flat();
}

/** Curves of these jobs whose points are not all there as rows, or are there without the curve; of all jobs where none are named. */
export async function pointsIn(sql: postgres.Sql, ids: readonly string[] | null): Promise<readonly string[]> {
  const rows = await sql`
    with wanted as (select id from backgrid.jobs where ${ids === null} or id = any(${ids ?? []}::uuid[])),
      rows as (select job_id, count(*) from backgrid.equity_points where job_id in (select id from wanted) group by job_id)
    select concat_ws(' ', id, count, 'rows of', points, 'points')
    from wanted left join rows r on r.job_id = id left join backgrid.curves c on c.job_id = id
    where count is distinct from points`.values();
  return rows.flat();
}

/** What is queued or running, parts of sweeps included. */
export async function openIn(sql: postgres.Sql): Promise<readonly string[]> {
  const rows = await sql`
    select concat_ws(' ', id, kind, status, 'attempt', attempt, worker)
    from backgrid.jobs where due_at_ms is not null or worker is not null or status in ('queued', 'running')`.values();
  return rows.flat();
}

/** Whether nothing is queued and nothing runs, as far as the database says. */
export async function isIdle({ sql }: { readonly sql: postgres.Sql }): Promise<boolean> {
  try {
    return (await openIn(sql)).length === 0;
  } catch {
    return false;
  }
}

/** Looks at everything at once, as a superuser. */
export async function findingsOf(sql: postgres.Sql, sent: readonly SentJob[], endings: readonly Ending[]): Promise<Findings> {
  const rows = await sql<Row[]>`
    select j.id, j.kind, j.status, j.attempt::int, j.problem, r.result_hash, t.trial_count::int,
      c.version::int, c.points::int, c.initial_cash as "initialCash", c.daily::int, c.checksum, c.times, c.equity
    from backgrid.jobs j
    left join backgrid.results r on (r.user_id, r.job_id) = (j.user_id, j.id)
    left join backgrid.curves c on (c.user_id, c.job_id) = (j.user_id, j.id)
    left join backgrid.trials t on (t.user_id, t.job_id) = (j.user_id, j.id)
    where j.kind <> 'sweep_part'`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  const accepted = sent.filter(({ ids }) => ids.size > 0);
  const count = { accepted: accepted.length, completed: 0, failed: 0, repeated: 0 };
  const [lost, doubled, wrong]: [string[], string[], string[]] = [[], [], []];
  for (const { key, body, ids, hashes } of accepted) {
    const [id = ""] = ids;
    if (ids.size > 1) doubled.push(`${key} stands for ${[...ids].join(", ")}`);
    const row = byId.get(id);
    const ending = endings[body]!;
    if ((row?.attempt ?? 0) > 1) count.repeated++;
    if ("problem" in ending) {
      if (row?.status === "failed" && row.problem?.includes(`"${ending.problem}"`)) count.failed++;
      else lost.push(`${key} ${id} is ${row?.status ?? "missing"}, not failed with ${ending.problem}: ${row?.problem}`);
    } else if (row?.status === "completed") {
      count.completed++;
      const all = new Set([...hashes, row.result_hash ?? "no result"]);
      if (all.size > 1 || !all.has(ending.resultHash)) wrong.push(`${key} ${id}: ${[...all].join(", ")}`);
      const size = sizeOf(row);
      if (size !== ending.size) wrong.push(`${key} ${id}: ${size} in place of ${ending.size}`);
    } else lost.push(`${key} ${id} is ${row?.status ?? "missing"} in attempt ${row?.attempt}: ${row?.problem}`);
  }
  const results = rows.filter(({ result_hash }) => result_hash !== null).length;
  if (rows.length !== accepted.length) doubled.push(`${rows.length} rows for ${accepted.length} accepted jobs`);
  return {
    ...count,
    results,
    lost,
    doubled,
    wrong,
    partial: [...(await partialIn(sql)), ...(await pointsIn(sql, null))],
    stuck: [...(await openIn(sql)), ...(await partsIn(sql))],
  };
}

/** Points of the stored curve, whose checksum holds, or trials; what is wrong with it where it is not so. */
function sizeOf(row: Row): number | string {
  if (row.kind === "sweep") return row.trial_count ?? "no trials";
  if (row.points === null) return "no curve";
  try {
    return decodeCurve({ ...row, points: row.points }).equity.length;
  } catch (cause) {
    return String(cause);
  }
}

async function partsIn(sql: postgres.Sql): Promise<readonly string[]> {
  const rows = await sql`
    select concat_ws(' ', 'part', part, 'of', sweep_id, 'is left') from backgrid.sweep_parts`.values();
  return rows.flat();
}
