import type { Database } from "bun:sqlite";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AppError, fail } from "../../core/errors.ts";
import { ok, type Result } from "../../core/result.ts";

/** One numbered step of a schema. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hex. */
  readonly checksum: string;
}

const FILE = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** The migrations of a folder, by number. @throws {RangeError} for a file that is misnamed and for two of one number */
export function readMigrations(folder: string): readonly Migration[] {
  const migrations = readdirSync(folder).map((name) => {
    const number = FILE.exec(name)?.[1];
    if (number === undefined) throw new RangeError(`a migration is named like 0001_init.sql: got ${JSON.stringify(name)}`);
    const sql = readFileSync(join(folder, name), "utf8");
    return { number: Number(number), name, sql, checksum: new Bun.CryptoHasher("sha256").update(sql).digest("hex") };
  });
  migrations.sort((a, b) => (a.name < b.name ? -1 : 1));
  const twice = migrations.find(({ number }, i) => migrations[i + 1]?.number === number);
  if (twice !== undefined) throw new RangeError(`two migrations have the number of ${twice.name}`);
  return migrations;
}

/** A migration as a database has it. */
export type Applied = Pick<Migration, "number" | "name" | "checksum">;

/**
 * Brings a database to the newest schema: each missing migration in a transaction of its own, in which it is recorded. Processes that do so
 * at once wait for each other. How many were carried out here. Errors: `unavailable` for a database that is newer than this program, or
 * whose schema was made by a migration that has been changed since.
 */
export function migrate(db: Database, migrations: readonly Migration[], nowMs: number): Result<number, AppError> {
  db.run(
    "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT",
  );
  const step = db.transaction((): Result<boolean, AppError> => {
    const applied = db.query<Applied, []>("SELECT number, name, checksum FROM migrations ORDER BY number").all();
    const problem = mismatch(applied, migrations);
    if (problem !== undefined) return fail("unavailable", problem);
    const next = migrations[applied.length];
    if (next === undefined) return ok(false);
    db.run(next.sql);
    db.run("INSERT INTO migrations (number, name, checksum, applied_at_ms) VALUES (?, ?, ?, ?)", [
      next.number,
      next.name,
      next.checksum,
      nowMs,
    ]);
    return ok(true);
  });
  for (let done = 0; ; done++) {
    const more = step.immediate();
    if (!more.ok) return more;
    if (!more.value) return ok(done);
  }
}

/** Why the database cannot be used with these migrations: what it has must be how they begin. */
export function mismatch(applied: readonly Applied[], migrations: readonly Migration[]): string | undefined {
  const newest = migrations[migrations.length - 1]?.number ?? 0;
  const newer = applied.find(({ number }) => number > newest);
  if (newer !== undefined)
    return `the database has the schema of a newer program (migration ${newer.name}; this program knows up to ${newest}): update the program`;
  for (const [i, { number, name, checksum }] of applied.entries()) {
    const own = migrations[i];
    if (own?.number !== number)
      return `the database has migration ${name}, but this program would have ${own?.name ?? "none"} there`;
    if (own.checksum !== checksum)
      return `migration ${name} was changed after it was applied to the database: restore the file, and put the change into a new migration`;
  }
  return undefined;
}
