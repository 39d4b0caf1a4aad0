import postgres, { type Sql } from "postgres";
import { type AppError, fail } from "../../../core/errors.ts";
import type { BarReader, BarVault, DatasetStore, PartReader } from "../../../core/jobs/store.ts";
import { ok, type Result } from "../../../core/result.ts";
import { postgresBars } from "./bars.ts";
import { postgresDatasets } from "./datasets.ts";
import { type PostgresJobs, postgresJobs } from "./jobs.ts";
import { openLanes } from "./lanes.ts";
import { migratePostgres, type SchemaState, schemaState } from "./migrate.ts";
import { partOutputIn } from "./reads.ts";
import { APP } from "./roles.ts";
import { isRefused, sqlState } from "./sql-state.ts";
import { transactions } from "./transactions.ts";
import type { Hooks } from "./write-changes.ts";

export interface PostgresOptions extends Partial<Hooks> {
  /** Of a login that is a member of backgrid_app. */
  readonly url: string;
  /** Connections, 2 at least. */
  readonly max?: number;
  /** How long a call may last; several times as long where long values are sent. */
  readonly limitMs?: number;
  /** In place of the database's, for tests: epoch ms. */
  readonly clock?: () => number;
}

/** The stores of one database. */
export interface PostgresStores {
  readonly jobs: PostgresJobs;
  readonly bars: BarVault;
  readonly datasets: DatasetStore;
  readonly partReader: PartReader;
  /** Connections of the same kind for whatever else is kept there; without a user, so that nothing of a user is seen. */
  readonly sql: Sql;
  ping(): Promise<void>;
  /** Ends what is under way and closes the connections. Calling it again does nothing. */
  close(): Promise<void>;
}

const MAX = 10;
/** Of the connections so many are for what is not a job, a dataset or bars. */
const SHARE_OF_OTHERS = 0.3;
const CONNECT_SECONDS = 2;
/** Between two attempts to connect. */
const BACKOFF_SECONDS = 0.1;
/** A connection of a process that reads now and then is closed when it was not used for so long. */
const IDLE_SECONDS = 30;
const NO_SUCH_ROLE = "22023";

/**
 * Opens the stores of a database, whose schema is brought up to date where it is behind and the login may. Errors: `unavailable` when it does not
 * answer, its schema is newer than this program, or is behind and the login may not change that.
 */
export async function openPostgres(options: PostgresOptions): Promise<Result<PostgresStores, AppError>> {
  const { url, max = MAX, limitMs, clock, onPoint, equityPoints = null } = options;
  const ready = await ensureSchema(url);
  if (!ready.ok) return ready;
  const others = Math.max(1, Math.floor(max * SHARE_OF_OTHERS));
  const sql = connect(url, others);
  const lanes = openLanes(() => connect(url, 1), Math.max(1, max - others), clock);
  const tables = transactions(lanes, { equityPoints, ...(onPoint === undefined ? {} : { onPoint }) }, limitMs);
  const close = async () => {
    await tables.close();
    await sql.end({ timeout: 1 });
  };
  const jobs = { ...postgresJobs(tables, clock), close };
  return ok({
    ...{ jobs, bars: postgresBars(tables), datasets: postgresDatasets(tables), partReader: jobs },
    ...{ sql, ping: jobs.ping, close },
  });
}

/** For a process that only reads, over one connection, which is made when it is needed. */
export function openPostgresReader(url: string): BarReader & PartReader & { close(): Promise<void> } {
  const lanes = openLanes(() => connect(url, 1, IDLE_SECONDS), 1);
  const { long, close } = transactions(lanes, { equityPoints: null });
  return {
    get: postgresBars({ long }).get,
    partOutput: (user, id) => long(user, (tx) => partOutputIn(tx, id)),
    close,
  };
}

async function ensureSchema(url: string): Promise<Result<void, AppError>> {
  const state = await stateOf(url);
  if (!state.ok) return state;
  if (state.value !== null && state.value.problem !== null) return fail("unavailable", state.value.problem);
  if (state.value?.missing.length === 0) return ok(undefined);
  const migrated = await migratePostgres(url);
  if (migrated.ok) return ok(undefined);
  const [what, remedy] =
    state.value === null
      ? [`the login may not work as ${APP}`, `let an administrator run "GRANT ${APP} TO" it, behind "backgrid migrate"`]
      : [`the schema of the database lacks ${state.value.missing.join(", ")}`, 'run "backgrid migrate" with a login that may'];
  return fail("unavailable", `${what}: ${remedy} (this one may not itself: ${migrated.error.detail})`);
}

/** Null where the login may not become backgrid_app, or there is no such role yet. */
async function stateOf(url: string): Promise<Result<SchemaState | null, AppError>> {
  const sql = connect(url, 1);
  try {
    return ok(await schemaState(sql));
  } catch (cause) {
    if (isRefused(cause) || sqlState(cause) === NO_SUCH_ROLE) return ok(null);
    return fail("unavailable", `the database cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Sessions run as backgrid_app, whatever the login may. */
function connect(url: string, max: number, idleSeconds?: number): Sql {
  return postgres(url, {
    max,
    connect_timeout: CONNECT_SECONDS,
    backoff: () => BACKOFF_SECONDS,
    max_lifetime: null,
    ...(idleSeconds === undefined ? {} : { idle_timeout: idleSeconds }),
    fetch_types: false,
    onnotice: () => {},
    types: { int8: { to: 20, from: [20], parse: Number, serialize: String } },
    connection: {
      application_name: "backgrid",
      role: APP,
      search_path: "backgrid",
      // Left alone, the server plans what looks up a list of ids anew each time, which costs more than carrying it out.
      plan_cache_mode: "force_generic_plan",
      statement_timeout: 5_000,
      lock_timeout: 2_000,
      idle_in_transaction_session_timeout: 10_000,
    },
  });
}
