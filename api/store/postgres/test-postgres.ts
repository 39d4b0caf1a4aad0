import postgres, { type Sql } from "postgres";
import type { UserId } from "../../../core/jobs/job.ts";
import { testDatabase } from "../../test-services/shared.ts";
import { migratePostgres } from "./migrate.ts";
import { openPostgres, type PostgresOptions, type PostgresStores } from "./postgres.ts";

/** A fresh database with the schema and these users besides the one that every database has. */
export interface TestSchema {
  readonly url: string;
  /** As a superuser, past all policies. */
  readonly admin: Sql;
  open(options?: Partial<PostgresOptions>): Promise<PostgresStores>;
  drop(): Promise<void>;
}

export async function testSchema(users: readonly UserId[] = []): Promise<TestSchema> {
  const { url, drop } = await testDatabase();
  const migrated = await migratePostgres(url);
  if (!migrated.ok) throw new Error(migrated.error.detail);
  const admin = postgres(url, { max: 1, connection: { search_path: "backgrid" } });
  for (const user of users) await admin`INSERT INTO users (id, created_at_ms) VALUES (${user}, 0)`;
  return {
    ...{ url, admin },
    async open(options = {}) {
      const opened = await openPostgres({ url, ...options });
      if (!opened.ok) throw new Error(opened.error.detail);
      return opened.value;
    },
    async drop() {
      await admin.end();
      await drop();
    },
  };
}

/** So many users, none of them Alice, Bob or the one that every database has. */
export function testUsers(count: number): UserId[] {
  return Array.from(
    { length: count },
    (_, k) => `00000000-0000-7000-8000-${(0xabc000 + k).toString(16).padStart(12, "0")}` as UserId,
  );
}

/** What a database must never show: a completed job without all it left, another with any of it, a part without a sweep that waits for it. */
export async function faultsOf(admin: Sql): Promise<readonly unknown[]> {
  const jobs = await admin`
    SELECT id, status, kind FROM jobs j CROSS JOIN LATERAL (SELECT status = 'completed' AS done) d WHERE kind <> 'sweep_part' AND
      (EXISTS (SELECT FROM results r WHERE (r.user_id, r.job_id) = (j.user_id, j.id)),
       EXISTS (SELECT FROM trades r WHERE (r.user_id, r.job_id) = (j.user_id, j.id)),
       EXISTS (SELECT FROM curves r WHERE (r.user_id, r.job_id) = (j.user_id, j.id)),
       EXISTS (SELECT FROM trials r WHERE (r.user_id, r.job_id) = (j.user_id, j.id)))
      IS DISTINCT FROM (done, done AND kind = 'backtest', done AND kind <> 'sweep', done AND kind = 'sweep')`;
  const parts = await admin`
    SELECT p.id, p.status, s.status AS sweep FROM jobs p
      LEFT JOIN sweep_parts USING (user_id) LEFT JOIN jobs s ON (s.user_id, s.id) = (p.user_id, sweep_id)
    WHERE p.kind = 'sweep_part' AND (job_id = p.id OR job_id IS NULL) AND
      ((s.status IN ('queued', 'running')) IS NOT TRUE OR (trials IS NOT NULL) <> (p.status = 'completed'))`;
  return [...jobs, ...parts];
}
