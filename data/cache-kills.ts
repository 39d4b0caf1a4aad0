import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RawBars } from "../core/gate/raw-bars.ts";
import type { CacheEntry, Series } from "./cache-entry.ts";
import { directorySeries } from "./series-directory.ts";
import type { SeriesStore } from "./series-store.ts";

export const SERIES: Series = { provider: "kills", symbol: "KILL", interval: "1d", adjusted: true };
const WRITER = fileURLToPath(new URL("./series-process-behaviour.ts", import.meta.url));
const LONGEST_LIFE_MS = 25;
const AT_ONCE = 2;

/** What became of killed writers: reads after a kill or beside a writer, and those that did not give an entry as it was written. */
export interface KillReport {
  readonly kills: number;
  readonly reads: number;
  readonly badReads: number;
}

/**
 * Kills processes (SIGKILL) that write one entry of a store over and over, each at a random moment of its writing, and reads it all the time.
 * @param command starts a process that does `writeEntries` in that store and tells when there is one
 */
export async function killWriters(kills: number, store: SeriesStore, command: readonly string[]): Promise<KillReport> {
  const report = { kills: 0, reads: 0, badReads: 0 };
  const check = async () => {
    const entry = await store.read(SERIES);
    report.reads++;
    if (entry === undefined || !isAsWritten(entry)) report.badReads++;
  };
  const killer = async () => {
    while (report.kills < kills) {
      report.kills++;
      await killOne(command, check);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, killer));
  return report;
}

async function killOne(command: readonly string[], check: () => Promise<void>): Promise<void> {
  const writer = Bun.spawn([...command], { stdout: "pipe" });
  // Its first output says that it has written.
  await writer.stdout.getReader().read();
  const until = performance.now() + Math.random() * LONGEST_LIFE_MS;
  do {
    await check();
    await Bun.sleep(0);
  } while (performance.now() < until);
  writer.kill("SIGKILL");
  await writer.exited;
  await check();
}

/** Writes entries 0 to count - 1, one over the other; `onFirst` is told when there is one. */
export async function writeEntries(store: SeriesStore, count: number, onFirst: () => void): Promise<void> {
  for (let k = 0; k < count; k++) {
    await store.write(entryOf(k));
    if (k === 0) onFirst();
  }
}

/** Entry number k: a length that varies with k, and k in every cell. */
export function entryOf(k: number): CacheEntry {
  const n = 200 + ((k * 977) % 5000);
  const column = new Float64Array(n).fill(k + 1);
  const raw: RawBars = {
    timeMs: Float64Array.from(column, (_, i) => i * 86_400_000),
    open: column,
    high: column,
    low: column,
    close: column,
    volume: column,
    offsetMinutes: null,
    oddCells: [],
    interval: "1d",
    rows: { word: "bar", first: 0 },
    notes: [],
  };
  const origin = { source: "kills", synthetic: true, note: null };
  return { holding: { ...SERIES, fromMs: 0, warmupBars: 0, toMs: null, fetchedAtMs: k, origin }, raw };
}

/** True for an entry that one writer wrote, with nothing of another in it. */
export function isAsWritten({ holding, raw }: CacheEntry): boolean {
  const k = holding.fetchedAtMs;
  const columns = [raw.open, raw.high, raw.low, raw.close, raw.volume ?? raw.open];
  return raw.timeMs.length === 200 + ((k * 977) % 5000) && columns.every((column) => column.every((value) => value === k + 1));
}

/** The same for files in a folder that is removed afterwards. */
export async function killDirectoryWriters(kills: number): Promise<KillReport> {
  const folder = await mkdtemp(join(tmpdir(), "backgrid-kills-"));
  try {
    return await killWriters(kills, directorySeries(folder, Date.now, null), [process.execPath, WRITER, folder, "write"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { kills, reads, badReads } = await killDirectoryWriters(Number(process.argv[2] ?? 300));
  console.log(`${kills} kills, ${reads} reads, ${badReads} bad reads`);
  process.exit(badReads === 0 ? 0 : 1);
}
