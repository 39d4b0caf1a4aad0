import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Compressors, FileMetaData, ParquetParsers } from "hyparquet";
import { z } from "zod";
import { type AppError, fail } from "../core/errors.ts";
import type { BarWarning, RawBars } from "../core/gate/raw-bars.ts";
import type { Result } from "../core/result.ts";
import { DAY_MS, parseWrittenTime } from "../core/time.ts";
import { isEmptyWord, parseNumberCell } from "./cells.ts";
import { planColumns } from "./columns.ts";
import { PRICE_AND_VOLUME, RawTable, rawBarsOf, SlashDates } from "./raw-table.ts";
import { zoneOffsets } from "./zone.ts";

/** More rows than this are not bars of one symbol; a broken footer may claim any number. */
const MOST_ROWS = 50_000_000;

/** The first roles of PRICE_AND_VOLUME are prices. */
const PRICES = 4;

/** Typed times come out as epoch ms, so that they need no more guessing. */
class TypedTime {
  readonly timeMs: number;
  constructor(timeMs: number) {
    this.timeMs = timeMs;
  }
}

const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms: bigint | null | undefined) => (ms == null ? null : new TypedTime(Number(ms))),
  timestampFromMicroseconds: (us: bigint | null | undefined) => (us == null ? null : new TypedTime(Number(us / 1000n))),
  timestampFromNanoseconds: (ns: bigint | null | undefined) => (ns == null ? null : new TypedTime(Number(ns / 1_000_000n))),
  dateFromDays: (days: number | null | undefined) => (days == null ? null : new TypedTime(days * DAY_MS)),
};

/** What the runtime unpacks itself, besides the plain and Snappy pages that hyparquet knows. */
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

/** True for the first bytes of a Parquet file. */
export function isParquet(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;
}

/**
 * Bars from a Parquet file, by the column names that CSV files use. Times are timestamps, dates, INT96, text, or epoch numbers; a time zone
 * noted by pandas gives the local date. Rows are numbered from 1.
 *
 * @param adjusted scale the prices by adjusted close / close where there is such a column
 * Errors: `no_data` without rows, `bad_data` naming the column or the row, or for a file that cannot be read.
 */
export async function readParquet(file: Uint8Array, adjusted: boolean): Promise<Result<RawBars, AppError>> {
  try {
    return await readBars(file.slice().buffer, adjusted);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(
      "bad_data",
      `the Parquet file cannot be read: ${reason}; plain, Snappy, gzip, Brotli and Zstandard pages are known`,
    );
  }
}

async function readBars(file: ArrayBuffer, adjusted: boolean): Promise<Result<RawBars, AppError>> {
  const { parquetMetadata, parquetRead, parquetSchema } = await import("hyparquet");
  const metadata = parquetMetadata(file);
  const names = parquetSchema(metadata).children.map((child) => child.element.name);
  const plan = planColumns(names, () => false);
  if (!plan.ok) return plan;
  const count = Number(metadata.num_rows);
  if (count === 0) return fail("no_data", "the Parquet file has no rows");
  if (count > MOST_ROWS) return fail("bad_data", `the Parquet file claims ${count} rows; at most ${MOST_ROWS} can be read`);

  const { time, open, high, low, close, volume } = plan.value;
  const adjClose = adjusted ? plan.value.adjClose : -1;
  const places = [open, high, low, close, volume, adjClose];
  const timeName = names[time]!;
  const wanted = names.filter((_, i) => i === time || places.includes(i));
  const cells = new Map(wanted.map((name): [string, unknown[]] => [name, []]));
  await parquetRead({
    file,
    metadata,
    columns: wanted,
    parsers: PARSERS,
    compressors: COMPRESSORS,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = cells.get(columnName);
      if (column !== undefined) for (let i = 0; i < columnData.length; i++) column[rowStart + i] = columnData[i];
    },
  });
  for (const [name, column] of cells) {
    if (column.length !== count) throw new RangeError(`column ${name} has ${column.length} values for ${count} rows`);
  }

  const table = new RawTable(count);
  table.rows = count;
  const columns = places.map((place) => cells.get(names[place] ?? ""));
  for (let row = 0; row < count && !table.hasTooManyOddCells; row++) {
    const firstOdd = table.oddCells.length;
    for (let role = 0; role < columns.length; role++) {
      const column = columns[role];
      if (column !== undefined) setNumber(table, row, role, column[row]);
    }
    if (table.oddCells.length > firstOdd) table.forgiveMissingBar(row, firstOdd);
  }
  const notes = setTimes(table, cells.get(timeName) ?? [], zoneOf(metadata, timeName));
  return rawBarsOf(table, { rows: { word: "row", first: 1 }, hasVolume: volume >= 0, hasAdjClose: adjClose >= 0, notes });
}

function setNumber(table: RawTable, row: number, role: number, cell: unknown): void {
  if (cell === null || cell === undefined) return;
  const name = PRICE_AND_VOLUME[role]!;
  if (typeof cell === "number" || typeof cell === "bigint") {
    table.columns[role]![row] = Number(cell);
    if (role < PRICES && Number.isNaN(cell)) table.addOdd(row, name, "NaN", "nan");
    return;
  }
  const text = String(cell).trim();
  const { value, odd } = parseNumberCell(text);
  table.columns[role]![row] = value;
  if (odd === "text" || (odd === "nan" && role < PRICES)) table.addOdd(row, name, text, odd);
}

/** Fills in the times and returns what has to be said about them. */
function setTimes(table: RawTable, cells: readonly unknown[], zone: string | null): readonly BarWarning[] {
  const dates = new SlashDates();
  for (const cell of cells) if (typeof cell === "string") dates.see(cell);
  const order = dates.order;
  const offsetAt = zone === null ? null : zoneOffsets(zone);
  for (let row = 0; row < table.rows; row++) {
    const cell = cells[row];
    if (cell === null || cell === undefined) continue;
    if (cell instanceof TypedTime) {
      table.timeMs[row] = cell.timeMs;
      if (offsetAt !== null) table.setOffset(row, offsetAt(cell.timeMs));
      continue;
    }
    const text = String(cell).trim();
    const time = parseWrittenTime(text, order);
    if (time !== null) table.setTime(row, time);
    else if (!isEmptyWord(text)) table.addOdd(row, "time", text, "text");
  }
  return dates.notes;
}

const pandasNote = z.object({
  columns: z.array(
    z.object({
      name: z.string().nullable(),
      field_name: z.string().nullish(),
      metadata: z.object({ timezone: z.string().nullish() }).nullish(),
    }),
  ),
});

/** The time zone that pandas noted for a column; null without one. */
function zoneOf(metadata: FileMetaData, column: string): string | null {
  const text = metadata.key_value_metadata?.find(({ key }) => key === "pandas")?.value;
  if (text === undefined) return null;
  const note = pandasNote.safeParse(parseJson(text));
  const found = note.success ? note.data.columns.find((entry) => (entry.field_name ?? entry.name) === column) : undefined;
  return found?.metadata?.timezone ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
