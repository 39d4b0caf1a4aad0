import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { INTERVALS, type Interval } from "../core/bars.ts";
import type { RawBars } from "../core/gate/raw-bars.ts";
import { HOUR_MS } from "../core/time.ts";
import { decodeRawBars, encodeRawBars } from "./raw-bars-codec.ts";
import { seal, unseal } from "./sealed-bytes.ts";

/** "BGCE" */
const KIND = 0x45_43_47_42;
const VERSION = 1;
/** A temporary file of this age has no writer any more. */
const ABANDONED_MS = HOUR_MS;

/** Which bars a cache file holds. `provider` tells one origin from another, an address included. */
export interface Series {
  readonly provider: string;
  readonly symbol: string;
  readonly interval: Interval;
  readonly adjusted: boolean;
}

const entrySchema = z.object({
  provider: z.string(),
  symbol: z.string(),
  interval: z.enum(INTERVALS),
  adjusted: z.boolean(),
  /** From which time on bars are held; null for as far back as one answer of the source goes. */
  fromMs: z.number().nullable(),
  /** How many bars before that were asked for. */
  warmupBars: z.number(),
  /** Up to which time bars were asked for; null for the present. */
  toMs: z.number().nullable(),
  fetchedAtMs: z.number(),
  origin: z.object({ source: z.string(), synthetic: z.boolean(), note: z.string().nullable() }),
});

/** What is held of a series, and since when. */
export type Holding = z.infer<typeof entrySchema>;

export interface CacheEntry {
  readonly holding: Holding;
  readonly raw: RawBars;
}

/** The file of a series: a hash, whatever the symbol is. */
export function pathOf(folder: string, { provider, symbol, interval, adjusted }: Series): string {
  const key = JSON.stringify([provider, symbol, interval, adjusted, VERSION]);
  return join(folder, `${new Bun.CryptoHasher("sha256").update(key).digest("hex")}.bars`);
}

/** What the cache holds of a series. Undefined for nothing, for a damaged file and for one of another version: all of them are fetched anew. */
export async function readEntry(folder: string, series: Series): Promise<CacheEntry | undefined> {
  const bytes = await readFile(pathOf(folder, series)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const unsealed = unseal(bytes, KIND, VERSION);
  if ("damage" in unsealed) return undefined;
  const holding = entrySchema.safeParse(unsealed.head).data;
  const raw = decodeRawBars(unsealed.body);
  if (holding === undefined || !raw.ok) return undefined;
  const same = (["provider", "symbol", "interval", "adjusted"] as const).every((name) => holding[name] === series[name]);
  return same ? { holding, raw: raw.value } : undefined;
}

/** Replaces the file of a series in one step: whoever reads sees the old file or the new one, whole, also after a kill at any moment. */
export async function writeEntry(folder: string, { holding, raw }: CacheEntry): Promise<void> {
  const body = encodeRawBars(raw);
  const bytes = seal(KIND, VERSION, JSON.stringify(holding), body.length, (space) => space.set(body));
  await mkdir(folder, { recursive: true });
  const path = pathOf(folder, holding);
  const temporary = `${path}.${process.pid}-${crypto.randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

/** Removes what killed writers left behind. */
export async function removeAbandoned(folder: string, nowMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((found) => found.endsWith(".tmp"))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && nowMs - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
}
