import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UserId } from "../../core/jobs/job.ts";
import { openSqlite, type SqliteOptions, type SqliteStores } from "./sqlite.ts";

/** A fresh folder for the files of a test, and how to take it away. */
export function testFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "backgrid-store-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Stores in this file, which know these users besides the one that every database has. */
export function openTestStores(path: string, users: readonly UserId[], options: Partial<SqliteOptions> = {}): SqliteStores {
  const opened = openSqlite({ path, synchronous: "normal", clock: Date.now, ...options });
  if (!opened.ok) throw new Error(opened.error.detail);
  addUsers(path, users);
  return opened.value;
}

function addUsers(path: string, users: readonly UserId[]): void {
  inFile(path, (db) => {
    for (const user of users) db.run("INSERT OR IGNORE INTO users (id, created_at_ms) VALUES (?, 0)", [user]);
  });
}

/** Reads or writes the file behind the back of the stores. */
export function inFile<T>(path: string, use: (db: Database) => T): T {
  const db = new Database(path, { strict: true });
  try {
    db.run("PRAGMA busy_timeout = 5000");
    return use(db);
  } finally {
    db.close(true);
  }
}

/** What a file must never show: damage, dangling rows, and a completed job without all it left. */
export function faultsIn(path: string): readonly unknown[] {
  return inFile(path, (db) => [
    ...db
      .query<{ readonly integrity_check: string }, []>("PRAGMA integrity_check")
      .all()
      .filter((row) => row.integrity_check !== "ok"),
    ...db.query("PRAGMA foreign_key_check").all(),
    ...db
      .query(
        `WITH left_by AS (SELECT *,
           (SELECT count(*) FROM results WHERE (user_id, job_id) = (jobs.user_id, id)) AS results,
           (SELECT count(*) FROM trades WHERE (user_id, job_id) = (jobs.user_id, id)) AS trades,
           (SELECT count(*) FROM curves WHERE (user_id, job_id) = (jobs.user_id, id)) AS curves,
           (SELECT count(*) FROM trials WHERE (user_id, job_id) = (jobs.user_id, id)) AS trials,
           status = 'completed' AS is_done FROM jobs)
         SELECT id, status, results, trades, curves, trials FROM left_by
         WHERE (results, trades, curves, trials)
           <> (is_done, is_done AND kind = 'backtest', is_done AND kind <> 'sweep', is_done AND kind = 'sweep')`,
      )
      .all(),
  ]);
}
