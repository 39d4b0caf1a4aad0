import { Database } from "bun:sqlite";
import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, statfsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Applied, mismatch, readMigrations } from "../store/migrate.ts";
import { databasePath } from "../wiring.ts";
import { type Check, check, PATIENCE_MS, reasonOf } from "./check.ts";

const MIGRATIONS = fileURLToPath(new URL("../../migrations/sqlite/", import.meta.url));
/** A few hundred large sweeps. */
const LITTLE_BYTES = 2 ** 30;

/** Whether files can be made in the folder, or the folder where it does not exist yet, and the room there is. Leaves nothing behind. */
export function dataFolderCheck(dataDir: string, littleBytes: number = LITTLE_BYTES): Check {
  const folder = resolve(dataDir);
  const isThere = existsSync(folder);
  try {
    const ground = nearest(folder);
    if (isThere) rmdirSync(mkdtempSync(join(folder, ".doctor-")));
    else accessSync(ground, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(ground);
    const free = bavail * bsize;
    const found = `${folder}${isThere ? "" : " (will be made)"}, ${(free / 2 ** 30).toFixed(1)} GiB free`;
    return free < littleBytes
      ? check("data_folder", "warn", `${found}: what does not fit is refused`)
      : check("data_folder", "ok", found);
  } catch (cause) {
    return check("data_folder", "fail", `${folder} cannot be written: ${reasonOf(cause)}`);
  }
}

/** The folder itself or the nearest one above it that exists. */
function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(dirname(folder));
}

/** Whether the database of the data folder opens, and how its schema stands to this program's. Does not make or change it. */
export function sqliteCheck(dataDir: string): Check {
  const path = databasePath({ dataDir });
  if (!existsSync(path)) return check("sqlite", "ok", `${path} will be made`);
  let db: Database | undefined;
  try {
    db = new Database(path, { readonly: true });
    db.run(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    const applied = db.query<Applied, []>("SELECT number, name, checksum FROM migrations ORDER BY number").all();
    const migrations = readMigrations(MIGRATIONS);
    const problem = mismatch(applied, migrations);
    if (problem !== undefined) return check("sqlite", "fail", `${path}: ${problem}`);
    const missing = migrations.slice(applied.length).map(({ name }) => name);
    if (missing.length === 0) return check("sqlite", "ok", `${path}, up to date with ${applied.at(-1)?.name}`);
    return check("sqlite", "ok", `${path}, without ${missing.join(", ")}: the next start carries that out`);
  } catch (cause) {
    return check("sqlite", "fail", `${path} cannot be read: ${reasonOf(cause)}`);
  } finally {
    db?.close();
  }
}
