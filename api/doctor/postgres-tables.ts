import type { Sql } from "postgres";
import { type EquityLayout, equityLayout } from "../store/postgres/equity-points.ts";
import { APP } from "../store/postgres/roles.ts";
import { type Check, check } from "./check.ts";

/** The oldest that compresses chunks of UUIDs. */
const LEAST_TIMESCALE = "2.25";

/** Whether every table with a `user_id` shows a session its user's rows alone, and the rows of points nothing. */
export async function policyCheck(sql: Sql): Promise<Check> {
  const name = "row_level_security";
  const tables = await sql<{ table: string; forced: boolean }[]>`
    SELECT c.relname AS table, c.relrowsecurity AND c.relforcerowsecurity
      AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS forced
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE n.nspname = 'backgrid' AND c.relkind IN ('r', 'p') AND a.attname = 'user_id' AND NOT a.attisdropped
    ORDER BY c.relname`;
  if (tables.length === 0) return check(name, "skipped", "there are no tables yet");
  const open = tables.flatMap(({ table, forced }) => (forced ? [] : [table]));
  if (open.length > 0) return check(name, "fail", `not forced on ${open.join(", ")}: one user's rows may be seen by another`);
  const bare = await sql`
    SELECT FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rolname = ${APP} AND n.nspname = 'backgrid' AND c.relname = 'equity_points'
      AND has_table_privilege(r.oid, c.oid, 'SELECT')`;
  if (bare.length > 0) return check(name, "fail", `${APP} may read equity_points, which has no policy: REVOKE SELECT`);
  return check(name, "ok", `forced on ${tables.map(({ table }) => table).join(", ")}`);
}

/** The extension as a server has it: what is installed in the database, and what could be. */
interface Extension {
  readonly installed: string | null;
  readonly available: string;
}

/** Where rows of equity points go. @param wanted whether they are to be written */
export async function timescaleCheck(sql: Sql, wanted: boolean): Promise<Check> {
  const [extension] = await sql<Extension[]>`
    SELECT installed_version AS installed, default_version AS available FROM pg_available_extensions WHERE name = 'timescaledb'`;
  return timescaleVerdict(extension, await equityLayout(sql), wanted);
}

export function timescaleVerdict(extension: Extension | undefined, layout: EquityLayout, wanted: boolean): Check {
  const name = "timescaledb";
  const server =
    extension === undefined
      ? "not on this server"
      : extension.installed === null
        ? `${extension.available} could be installed in this database`
        : `${extension.installed} is installed`;
  const points = { hypertable: "is a hypertable", plain: "is a plain table", missing: "is not there" }[layout];
  const found = `${server}; equity_points ${points}; EQUITY_POINTS_TABLE is ${wanted ? "on" : "off"}`;
  if (!wanted || layout === "hypertable") return check(name, "ok", found);
  if (layout === "missing") return check(name, "fail", `${found}: run "backgrid migrate"`);
  if (extension === undefined) return check(name, "ok", found);
  return check(
    name,
    "warn",
    `${found}: ${LEAST_TIMESCALE} or newer of the community edition, installed before the table is made, or moved to with move_equity_points(), keeps its rows in a tenth of the room`,
  );
}
