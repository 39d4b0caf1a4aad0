import { z } from "zod";
import { INTERVALS, type Interval } from "../core/bars.ts";
import type { RawBars } from "../core/gate/raw-bars.ts";
import { decodeRawBars, encodeRawBars } from "./raw-bars-codec.ts";
import { seal, unseal } from "./sealed-bytes.ts";

/** "BGCE" */
const KIND = 0x45_43_47_42;
const VERSION = 1;

/** Which bars a cache entry holds. `provider` tells one origin from another, an address included. */
export interface Series {
  readonly provider: string;
  readonly symbol: string;
  readonly interval: Interval;
  readonly adjusted: boolean;
}

const holdingSchema = z.object({
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
export type Holding = z.infer<typeof holdingSchema>;

export interface CacheEntry {
  readonly holding: Holding;
  readonly raw: RawBars;
}

/** The name of a series, and of the version of its entries: programs of two versions do not overwrite each other's. */
export function seriesKey({ provider, symbol, interval, adjusted }: Series): string {
  return JSON.stringify([provider, symbol, interval, adjusted, VERSION]);
}

/** An entry as bytes that tell damage from content. */
export function encodeEntry({ holding, raw }: CacheEntry): Uint8Array<ArrayBuffer> {
  const body = encodeRawBars(raw);
  return seal(KIND, VERSION, JSON.stringify(holding), body.length, (space) => space.set(body));
}

/** The entry of a series. Undefined for damaged bytes, those of another version and those of another series: all of them are fetched anew. */
export function decodeEntry(bytes: Uint8Array, series: Series): CacheEntry | undefined {
  const unsealed = unseal(bytes, KIND, VERSION);
  if ("damage" in unsealed) return undefined;
  const holding = holdingSchema.safeParse(unsealed.head).data;
  const raw = decodeRawBars(unsealed.body);
  if (holding === undefined || !raw.ok) return undefined;
  return seriesKey(holding) === seriesKey(series) ? { holding, raw: raw.value } : undefined;
}
