import { parseIsoTime } from "../time.ts";
import type { GatedBars } from "./gate.ts";
import { gate } from "./gate.ts";
import { WHOLE_RANGE } from "./range.ts";
import { NO_OFFSET, type RawBars } from "./raw-bars.ts";
import type { GateSettings } from "./rule.ts";

/** A row of a test: time, open, high, low, close, volume; null is an empty cell. */
export type TestRow = readonly [string | null, number | null, number | null, number | null, number | null, (number | null)?];

const SETTINGS: GateSettings = {
  nowMs: Date.UTC(2030, 0, 1),
  dataQuality: "fail",
  adjusted: true,
  splits: [],
  range: WHOLE_RANGE,
  warmupBars: 0,
  interval: null,
};

/** Rows as raw bars of a file whose header is line 1. */
export function rawOf(rows: readonly TestRow[]): RawBars {
  const times = rows.map(([time]) => (time === null ? null : parseIsoTime(time)));
  const column = (k: 1 | 2 | 3 | 4 | 5) => Float64Array.from(rows, (row) => row[k] ?? Number.NaN);
  return {
    timeMs: Float64Array.from(times, (time) => time?.timeMs ?? Number.NaN),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
    offsetMinutes: times.some((time) => (time?.offsetMinutes ?? null) !== null)
      ? Int16Array.from(times, (time) => time?.offsetMinutes ?? NO_OFFSET)
      : null,
    oddCells: [],
    interval: null,
    rows: { word: "line", first: 2 },
    notes: [],
  };
}

/** Ten good daily bars on the weekdays from Monday, 2024-01-01 on; row i is line i + 2. */
export function goodRows(): TestRow[] {
  const days = [1, 2, 3, 4, 5, 8, 9, 10, 11, 12];
  return days.map((day, i) => [`2024-01-${String(day).padStart(2, "0")}`, 100 + i, 102 + i, 99 + i, 101 + i, 1000 + i]);
}

/** The good rows with one of them replaced. */
export function withRow(i: number, row: TestRow): TestRow[] {
  return goodRows().with(i, row);
}

export function passed(raw: RawBars, settings: Partial<GateSettings> = {}): GatedBars {
  const result = gate(raw, { ...SETTINGS, ...settings });
  if (!result.ok) throw new Error(`refused: ${result.error.detail}`);
  return result.value;
}

export function refused(raw: RawBars, settings: Partial<GateSettings> = {}) {
  const result = gate(raw, { ...SETTINGS, ...settings });
  if (result.ok) throw new Error("let through");
  return result.error;
}

/** The codes of what the gate had to say, in its order. */
export function codesOf(gated: GatedBars): string[] {
  return gated.warnings.map((warning) => warning.code);
}

/** The columns as lists, in which NaN equals NaN. */
export function listed(raw: RawBars) {
  return [raw.timeMs, raw.open, raw.high, raw.low, raw.close, raw.volume ?? []].map((column) => [...column]);
}
