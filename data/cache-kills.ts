import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RawBars } from "../core/gate/raw-bars.ts";
import { type CacheEntry, pathOf, readEntry, type Series, writeEntry } from "./cache-file.ts";

export const SERIES: Series = { provider: "kills", symbol: "KILL", interval: "1d", adjusted: true };
const LONGEST_LIFE_MS = 25;
const AT_ONCE = 2;

/** What became of killed writers: files read after a kill or beside a writer, and those that were there and could not be read as written. */
export interface KillReport {
  readonly kills: number;
  readonly reads: number;
  readonly badReads: number;
}

/** Kills processes (SIGKILL) that write one cache file over and over, each at a random moment of its writing, and reads the file all the time. */
export async function killWriters(kills: number): Promise<KillReport> {
  const folder = await mkdtemp(join(tmpdir(), "backgrid-kills-"));
  const report = { kills: 0, reads: 0, badReads: 0 };
  const check = async () => {
    const exists = await Bun.file(pathOf(folder, SERIES)).exists();
    const entry = await readEntry(folder, SERIES);
    if (entry === undefined && !exists) return;
    report.reads++;
    if (entry === undefined || !isAsWritten(entry)) report.badReads++;
  };
  const killer = async () => {
    while (report.kills < kills) {
      report.kills++;
      await killOne(folder, check);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, killer));
    if ((await readdir(folder)).every((name) => name.endsWith(".tmp"))) report.badReads++;
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function killOne(folder: string, check: () => Promise<void>): Promise<void> {
  const writer = Bun.spawn([process.execPath, fileURLToPath(import.meta.url), "--write", folder], { stdout: "pipe" });
  // Its first output says that it writes.
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
export async function writeEntries(folder: string, count: number, onFirst: () => void): Promise<void> {
  for (let k = 0; k < count; k++) {
    await writeEntry(folder, entryOf(k));
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

if (import.meta.main) {
  const [first = "300", folder] = process.argv.slice(2);
  if (first === "--write" && folder !== undefined) await writeEntries(folder, Infinity, () => process.stdout.write("writing\n"));
  const { kills, reads, badReads } = await killWriters(Number(first));
  console.log(`${kills} kills, ${reads} reads, ${badReads} bad reads`);
  process.exit(badReads === 0 ? 0 : 1);
}
