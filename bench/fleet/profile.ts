import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sql } from "postgres";
import { profileFlags } from "../http/cpu-profile.ts";
import { jobCall, tenYears, upload } from "../http/jobs.ts";
import type { Effort } from "../http/report.ts";
import { profilePath } from "../receipt.ts";
import { flood } from "./load.ts";
import { sharesOf } from "./shares.ts";
import { openFleet } from "./stage.ts";

const ROWS = 16;
const CONNECTIONS = 16;

interface Statement {
  readonly calls: number;
  readonly planned: number;
  readonly carried_out: number;
  readonly query: string;
}

const STATEMENTS = `SELECT calls::float8 / $1::int AS calls, total_plan_time / $1::int AS planned, total_exec_time / $1::int AS carried_out,
    left(regexp_replace(query, '\\s+', ' ', 'g'), 90) AS query
  FROM public.pg_stat_statements WHERE calls > 10 ORDER BY total_plan_time + total_exec_time DESC LIMIT ${ROWS}`;

/** Where the time of the HTTP process, of the workers and of PostgreSQL goes while jobs are waited for. */
export async function benchFleetProfile({ quick }: Effort): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-profile-"));
  try {
    const [api, worker] = [join(folder, "api"), join(folder, "worker")];
    const flags = { api: profileFlags(api), worker: profileFlags(worker) };
    const statements = await underLoad(flags, quick ? 4 : 15);
    const text = [
      "# Where the time of a fleet goes",
      "",
      `\`bun run bench fleet-profile\`: one HTTP process and two workers under jobs that are waited for over ${CONNECTIONS} connections; Bun ${Bun.version}. The profilers slow what they watch: shares, not speeds.`,
      "",
      ...section("The HTTP process, by package or file (`bun --cpu-prof`)", ["share", "where"], sharesRows(api)),
      ...section("The two workers, without their children", ["share", "where"], sharesRows(worker)),
      ...section(
        "PostgreSQL (`pg_stat_statements`), a job",
        ["calls", "planned ms", "carried out ms", "statement"],
        statements.map(({ calls, planned, carried_out, query }) => [
          calls.toFixed(2),
          planned.toFixed(3),
          carried_out.toFixed(3),
          `\`${query.replaceAll("|", "\\|")}\``,
        ]),
      ),
    ].join("\n");
    if (quick) console.log(text);
    else writeFileSync(profilePath("DL-021", "cpu-profile.md"), text);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the database did, by statement. */
async function underLoad(
  flags: { readonly api: readonly string[]; readonly worker: readonly string[] },
  seconds: number,
): Promise<readonly Statement[]> {
  await using fleet = await openFleet({ workers: 2, flags, prepare: loadStatistics });
  const data = await tenYears();
  await upload(fleet, data);
  const { body = "" } = await jobCall(fleet, data, { equity_points: "none" });
  const load = { url: fleet.url, body, connections: CONNECTIONS };
  await flood({ ...load, jobs: { kind: "waited", seconds: Math.ceil(seconds / 4) } });
  await fleet.sql`CREATE EXTENSION pg_stat_statements SCHEMA public`;
  await fleet.sql`ALTER SYSTEM SET pg_stat_statements.track_planning = on`;
  await fleet.sql`SELECT pg_reload_conf(), public.pg_stat_statements_reset()`;
  const { jobs } = await flood({ ...load, jobs: { kind: "waited", seconds } });
  return await fleet.sql.unsafe<Statement[]>(STATEMENTS, [jobs]);
}

async function loadStatistics(sql: Sql): Promise<void> {
  await sql`ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`;
}

function sharesRows(folder: string): readonly (readonly string[])[] {
  return sharesOf(folder)
    .slice(0, ROWS)
    .map(([place, share]) => [`${(100 * share).toFixed(1)} %`, `\`${place}\``]);
}

function section(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const lines = [columns, columns.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  return [`## ${title}`, "", ...lines, ""];
}
