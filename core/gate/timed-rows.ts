import type { AppError } from "../errors.ts";
import { fail } from "../errors.ts";
import { ok, type Result } from "../result.ts";
import { type BarWarning, excerpt, type RawBars } from "./raw-bars.ts";
import { FIRST_FEW } from "./report.ts";
import { PRICES } from "./rule.ts";

/** The rows that have a time: `rows` are their raw rows, null when that is all of them. */
export interface TimedRows {
  readonly rows: Uint32Array | null;
  readonly timeMs: Float64Array;
  readonly warnings: readonly BarWarning[];
}

/** Leaves out rows that are all blank, with a warning. Errors: `bad_data` for a row with content whose time is empty or not a time. */
export function timedRows(raw: RawBars): Result<TimedRows, AppError> {
  const untimed: number[] = [];
  for (let i = 0; i < raw.timeMs.length; i++) if (!Number.isFinite(raw.timeMs[i])) untimed.push(i);
  if (untimed.length === 0) return ok({ rows: null, timeMs: raw.timeMs, warnings: [] });

  const oddCells = Map.groupBy(raw.oddCells, (cell) => cell.row);
  const hasContent = (row: number) =>
    oddCells.has(row) || PRICES.some((name) => !Number.isNaN(raw[name][row]!)) || !Number.isNaN(raw.volume?.[row] ?? Number.NaN);
  const nameless = untimed.filter(hasContent);
  if (nameless.length > 0) {
    const findings = nameless.slice(0, FIRST_FEW).map((row) => {
      const written = oddCells.get(row)?.find((cell) => cell.column === "time")?.text;
      const found =
        written === undefined ? "the row has prices but no time" : `${JSON.stringify(excerpt(written))} is not a time`;
      return { path: `${raw.rows.word} ${row + raw.rows.first}`, message: `${found}; ${TIME_SHAPES}` };
    });
    const more = nameless.length > 1 ? ` (${nameless.length} such rows)` : "";
    return fail("bad_data", `${findings[0]!.path}: ${findings[0]!.message}${more}`, findings);
  }
  const blank = new Set(untimed);
  const rows = Uint32Array.from({ length: raw.timeMs.length }, (_, i) => i).filter((row) => !blank.has(row));
  const warning = {
    code: "blank_rows",
    message: `left out ${count(untimed.length, "row")} without any content`,
    count: untimed.length,
    rows: untimed.slice(0, FIRST_FEW).map((row) => row + raw.rows.first),
  };
  return ok({ rows, timeMs: Float64Array.from(rows, (row) => raw.timeMs[row]!), warnings: [warning] });
}

const TIME_SHAPES =
  "times are written as 2020-01-31, 2020-01-31T14:30:00Z (or +02:00, or no offset), 2020/01/31, 20200131, 01/31/2020, or epoch seconds or milliseconds";

function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}
