import { link, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { HOUR_MS } from "../core/time.ts";
import { decodeEntry, encodeEntry, type Series, seriesKey } from "./cache-entry.ts";
import type { Lease, SeriesStore } from "./series-store.ts";

/** A temporary file or a lock of this age has no owner any more. */
const ABANDONED_MS = HOUR_MS;

/** How processes of one machine know each other. */
export interface ProcessNames {
  /** This process's own, without blanks. */
  readonly own: string;
  /** True for the name of one that runs no more. */
  readonly isDead: (name: string) => boolean;
}

/**
 * Series in the files of a folder, which is made when it is missing; it may be shared by several machines, whose clocks need not agree.
 * @param names where they are given, a lock of a process of this machine that is dead is taken at once
 */
export function directorySeries(folder: string, nowMs: () => number, names: ProcessNames | null): SeriesStore {
  let tidied: Promise<void> | null = null;
  return {
    place: folder,
    async read(series) {
      const bytes = await readFile(pathOf(folder, series)).catch(() => undefined);
      return bytes === undefined ? undefined : decodeEntry(bytes, series);
    },
    async write(entry) {
      tidied ??= removeAbandoned(folder, nowMs());
      await tidied;
      await mkdir(folder, { recursive: true });
      const path = pathOf(folder, entry.holding);
      const temporary = `${path}.${process.pid}-${crypto.randomUUID()}.tmp`;
      await writeNew(temporary, encodeEntry(entry), true);
      await rename(temporary, path).catch(async (cause: unknown) => {
        await rm(temporary, { force: true });
        throw cause;
      });
    },
    lease: (series, termMs) => lockFile(folder, `${pathOf(folder, series)}.lock`, termMs, names),
  };
}

/** The file of a series: a hash, whatever the symbol is. */
function pathOf(folder: string, series: Series): string {
  return join(folder, `${new Bun.CryptoHasher("sha256").update(seriesKey(series)).digest("hex")}.bars`);
}

/**
 * A lease as a file that holds its owner's word; renewing it sets its time. Whoever waits takes it from an owner who is known to be dead, and
 * when it has not changed for a term by the own clock of the one who waits.
 */
function lockFile(folder: string, path: string, termMs: number, names: ProcessNames | null): Lease {
  const word = `${crypto.randomUUID()} ${hostname()} ${names?.own ?? ""}`;
  const wordIn = (file: string) => readFile(file, "utf8").catch(() => null);
  let seen = { state: "", sinceMs: 0 };

  const isDead = (owner: string) => {
    const [, machine, name = ""] = owner.split(" ");
    return machine === hostname() && name !== "" && names?.isDead(name) === true;
  };

  /** The word of an owner that is dead, or gave no sign of life for a term; else null. */
  const goneOwner = async () => {
    const [owner, stats] = await Promise.all([wordIn(path), stat(path).catch(() => null)]);
    if (owner === null || stats === null) return null;
    const state = `${owner} ${stats.mtimeMs}`;
    if (state !== seen.state) seen = { state, sinceMs: performance.now() };
    return isDead(owner) || performance.now() - seen.sinceMs >= termMs ? owner : null;
  };

  /** Moves the lock of an owner who is gone out of the way; one that a quicker contender put in its place meanwhile is put back. */
  const removeOf = async (owner: string) => {
    const aside = `${path}.${crypto.randomUUID()}.tmp`;
    try {
      await rename(path, aside);
      if ((await wordIn(aside)) !== owner) await link(aside, path);
    } catch {
      // Others were quicker still.
    }
    await rm(aside, { force: true });
  };

  return {
    async take() {
      await mkdir(folder, { recursive: true });
      if (await isCreated(path, word)) return true;
      const owner = await goneOwner();
      if (owner === null) return false;
      await removeOf(owner);
      return isCreated(path, word);
    },
    async renew() {
      const now = new Date();
      if ((await wordIn(path)) === word) await utimes(path, now, now);
    },
    async release() {
      if ((await wordIn(path)) === word) await rm(path, { force: true });
    },
  };
}

/** False where there is such a file already. */
async function isCreated(path: string, text: string): Promise<boolean> {
  try {
    await writeNew(path, text, false);
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw cause;
  }
}

/** A new file that holds all of this, or none. @param isDurable on the disk when this resolves */
async function writeNew(path: string, content: string | Uint8Array, isDurable: boolean): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    if (isDurable) await file.sync();
  } catch (cause) {
    await rm(path, { force: true });
    throw cause;
  } finally {
    await file.close();
  }
}

/** Removes what killed writers and owners of locks left behind. */
async function removeAbandoned(folder: string, nowMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((found) => /\.(tmp|lock)$/.test(found))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && nowMs - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
}
