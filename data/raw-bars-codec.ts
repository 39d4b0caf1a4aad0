import { z } from "zod";
import { INTERVALS } from "../core/bars.ts";
import { type AppError, fail } from "../core/errors.ts";
import type { RawBars } from "../core/gate/raw-bars.ts";
import { ok, type Result } from "../core/result.ts";
import { padded, seal, unseal } from "./sealed-bytes.ts";

/** "BGRB" */
const KIND = 0x42_52_47_42;
const VERSION = 1;

const COLUMN_NAMES = ["time", "open", "high", "low", "close", "volume", "adj_close"] as const;

const headSchema = z.object({
  count: z.int().min(0),
  volume: z.boolean(),
  offsets: z.boolean(),
  interval: z.enum(INTERVALS).nullable(),
  rows: z.object({ word: z.string(), first: z.number() }),
  oddCells: z.array(z.object({ row: z.number(), column: z.enum(COLUMN_NAMES), text: z.string(), kind: z.enum(["text", "nan"]) })),
  notes: z.array(z.object({ code: z.string(), message: z.string(), count: z.number(), rows: z.array(z.number()) })),
});

/**
 * Raw bars as bytes, exact to the bit and the same for equal bars: a sealed head (all that is no column) and little-endian columns time, open,
 * high, low, close, volume (float64) and offsetMinutes (int16), the last two where there are any.
 */
export function encodeRawBars(raw: RawBars): Uint8Array<ArrayBuffer> {
  const { timeMs, open, high, low, close, volume, offsetMinutes } = raw;
  const count = timeMs.length;
  const head: z.infer<typeof headSchema> = {
    count,
    volume: volume !== null,
    offsets: offsetMinutes !== null,
    interval: raw.interval,
    rows: { word: raw.rows.word, first: raw.rows.first },
    oddCells: raw.oddCells.map(({ row, column, text, kind }) => ({ row, column, text, kind })),
    notes: raw.notes.map(({ code, message, count: times, rows }) => ({ code, message, count: times, rows: [...rows] })),
  };
  const columns = [timeMs, open, high, low, close, ...(volume === null ? [] : [volume])];
  const lengths = [...columns, ...(offsetMinutes === null ? [] : [offsetMinutes])].map((column) => column.length);
  if (lengths.some((length) => length !== count)) throw new RangeError(`columns differ in length: ${lengths.join(", ")}`);
  return seal(KIND, VERSION, JSON.stringify(head), bodyBytes(head), (body) => {
    const doubles = new Float64Array(body.buffer, body.byteOffset, columns.length * count);
    columns.forEach((column, i) => {
      doubles.set(column, i * count);
    });
    if (offsetMinutes !== null) new Int16Array(body.buffer, body.byteOffset + doubles.byteLength, count).set(offsetMinutes);
  });
}

/** The bars back, in memory of their own. Errors: `bad_data` for bytes that are damaged, of another version, or no bars at all. */
export function decodeRawBars(bytes: Uint8Array): Result<RawBars, AppError> {
  const unsealed = unseal(bytes, KIND, VERSION);
  if ("damage" in unsealed) return damaged(unsealed.damage);
  const parsed = headSchema.safeParse(unsealed.head);
  if (!parsed.success) return damaged("a head that does not say what it should");
  const head = parsed.data;
  if (unsealed.body.length !== bodyBytes(head)) return damaged("another length than the head says");
  const { count } = head;
  const body = new Uint8Array(unsealed.body).buffer;
  const column = (i: number) => new Float64Array(body, 8 * i * count, count);
  return ok({
    timeMs: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: head.volume ? column(5) : null,
    offsetMinutes: head.offsets ? new Int16Array(body, (head.volume ? 48 : 40) * count, count) : null,
    oddCells: head.oddCells,
    interval: head.interval,
    rows: head.rows,
    notes: head.notes,
  });
}

/** The name of stored bytes: "sha256:" and 64 hexadecimal digits. */
export function hashOf(bytes: Uint8Array): string {
  return `sha256:${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`;
}

function bodyBytes({ count, volume, offsets }: z.infer<typeof headSchema>): number {
  return (volume ? 48 : 40) * count + (offsets ? padded(2 * count) : 0);
}

function damaged(how: string) {
  return fail("bad_data", `the stored bars cannot be read: ${how}`);
}
