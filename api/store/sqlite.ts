import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type AppError, fail } from "../../core/errors.ts";
import type { BarVault, DatasetStore, JobStore } from "../../core/jobs/store.ts";
import { ok, type Result } from "../../core/result.ts";
import { startCheckpoints } from "./checkpoint-thread.ts";
import { groupCommit } from "./group-commit.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { barRows, sqliteBars } from "./sqlite-bars.ts";
import { sqliteDatasets } from "./sqlite-datasets.ts";
import { sqliteJobs } from "./sqlite-jobs.ts";

const MIGRATIONS = fileURLToPath(new URL("../../migrations/sqlite/", import.meta.url));
/** Of 4 to 32 KiB the size that stores a finished job in the least time. */
const PAGE_BYTES = 8192;
/** The log of a file is cut back to this after a large upload made it grow. */
const LOG_BYTES = 64 * 2 ** 20;

export interface SqliteOptions {
  /** The file; its folder is made where it does not exist. */
  readonly path: string;
  /** What is committed survives the end of the process under both, and a power cut under `full` alone. */
  readonly synchronous: "normal" | "full";
  /** Epoch ms. */
  readonly clock: () => number;
  /** How long to wait for another process that writes. */
  readonly busyTimeoutMs?: number;
  /** A thread of its own copies the log into the file: for a process that writes much and must not wait for the disk. */
  readonly checkpointThread?: boolean;
  /** The file grows no further than this; what does not fit is rejected. */
  readonly maxBytes?: number;
  /** Is told inside of the transaction that finishes a job, when a part of the output is written; for tests that kill the process there. */
  readonly onPoint?: (point: "mid_equity") => void;
}

/** The stores of one file, over one connection that writes. */
export interface SqliteStores {
  readonly jobs: JobStore;
  readonly bars: BarVault;
  readonly datasets: DatasetStore;
  /** Commits what still waits and closes the file. Calling it again does nothing. */
  close(): Promise<void>;
}

/**
 * Opens the file, or makes it, and brings its schema up to date. Errors: `unavailable` when it cannot be opened or written, is no database,
 * or was made by a newer program.
 */
export function openSqlite(options: SqliteOptions): Result<SqliteStores, AppError> {
  let db: Database | undefined;
  try {
    mkdirSync(dirname(options.path), { recursive: true });
    db = new Database(options.path, { create: true, readwrite: true, strict: true });
    configure(db, options);
    const migrated = migrate(db, readMigrations(MIGRATIONS), options.clock());
    if (migrated.ok) return ok(storesOf(db, options));
    db.close(true);
    return fail("unavailable", `${options.path}: ${migrated.error.detail}`);
  } catch (cause) {
    db?.close(true);
    const reason = cause instanceof Error ? cause.message : String(cause);
    return fail("unavailable", `the database ${options.path} cannot be opened: ${reason}`);
  }
}

function configure(db: Database, { synchronous, busyTimeoutMs = 5000, maxBytes, checkpointThread }: SqliteOptions): void {
  db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  db.run(`PRAGMA page_size = ${PAGE_BYTES}`);
  db.run("PRAGMA journal_mode = WAL");
  db.run(`PRAGMA synchronous = ${synchronous}`);
  db.run(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
  db.run("PRAGMA foreign_keys = ON");
  if (checkpointThread) db.run(`PRAGMA wal_autocheckpoint = ${LOG_BYTES / PAGE_BYTES}`);
  if (maxBytes !== undefined) db.run(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_BYTES))}`);
}

function storesOf(db: Database, { path, clock, onPoint, checkpointThread }: SqliteOptions): SqliteStores {
  const commits = groupCommit(db);
  const checkpoints = checkpointThread ? startCheckpoints(path) : null;
  const bars = barRows(db);
  let open = true;
  const close = async () => {
    if (!open) return;
    open = false;
    commits.close();
    await checkpoints?.stop();
    db.close(true);
  };
  return {
    jobs: { ...sqliteJobs(db, bars, commits, clock, onPoint), close },
    bars: sqliteBars(bars, commits),
    datasets: sqliteDatasets(db, bars, commits),
    close,
  };
}
