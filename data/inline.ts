import { type AppError, type Finding, fail } from "../core/errors.ts";
import { NO_OFFSET, type RawBars } from "../core/gate/raw-bars.ts";
import type { BarProvider } from "../core/ports.ts";
import { refuse } from "../core/requests/findings.ts";
import { ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import { DAY_MS, daysFromDate, parseIsoTime } from "../core/time.ts";

const COLUMNS = ["time", "open", "high", "low", "close", "volume"] as const;
type Column = (typeof COLUMNS)[number];

const MOST_FINDINGS = 20;
const FIRST_MS = daysFromDate(1, 1, 1) * DAY_MS;
const LAST_MS = daysFromDate(9999, 12, 31) * DAY_MS + DAY_MS - 1;
/** Read as seconds, numbers between these lie from 1973 to 2286; read as milliseconds, in the first months of 1970. */
const LIKELY_SECONDS = { from: 1e8, to: 1e10 };

/**
 * The field `bars` of a request: columns `{time, open, high, low, close, volume?}` of one length. Times are ISO texts or epoch milliseconds,
 * not both; prices and volume are numbers or null (a bar without prices, an empty cell). Rows are called "bar 0", "bar 1", ...
 *
 * Errors: `invalid_request` with the first 20 findings, at paths such as `bars.close.3`.
 */
export function parseInlineBars(value: unknown): Result<RawBars, AppError> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse([{ path: "bars", message: `bars must be an object with the columns ${listed()}: got ${shown(value)}` }]);
  }
  const given = new Map<string, unknown>(Object.entries(value));
  const findings = new Findings();
  const lists = new Map<Column, readonly unknown[]>();
  for (const column of COLUMNS) {
    const list = given.get(column);
    if (Array.isArray(list)) lists.set(column, list);
    else if (given.has(column)) findings.add(column, `must be a list: got ${shown(list)}`);
    else if (column !== "volume") findings.add(column, `is missing; columns are ${listed()}`);
  }
  for (const name of given.keys()) {
    if (!COLUMNS.some((column) => column === name)) findings.unknown(name);
  }
  const rows = lists.get("time")?.length ?? 0;
  for (const [column, list] of lists) {
    if (list.length !== rows && lists.has("time")) findings.add(column, `has ${list.length} values, bars.time has ${rows}`);
  }
  if (findings.found.length > 0) return refuse(findings.found);
  if (rows === 0) return refuse([{ path: "bars.time", message: "bars.time is empty; at least one bar is needed" }]);
  const times = readTimes(lists.get("time") ?? [], findings);
  const numbers = (column: Column) => readNumbers(column, lists.get(column) ?? [], findings);
  const raw: RawBars = {
    ...times,
    open: numbers("open"),
    high: numbers("high"),
    low: numbers("low"),
    close: numbers("close"),
    volume: lists.has("volume") ? numbers("volume") : null,
    oddCells: [],
    interval: null,
    rows: { word: "bar", first: 0 },
    notes: [],
  };
  return findings.found.length > 0 ? refuse(findings.found) : ok(raw);
}

/** Bars that came with a request. @param bars the field as it was given */
export function inlineProvider(bars: unknown): BarProvider {
  return {
    async bars({ symbol, adjusted }) {
      const raw = parseInlineBars(bars);
      if (!raw.ok) return fail(raw.error.code, raw.error.detail, raw.error.findings);
      return ok({ raw: raw.value, origin: { source: "inline", symbol, adjusted, synthetic: false, note: null } });
    },
  };
}

/** The first few things that are wrong, in the order of columns and rows. */
class Findings {
  readonly found: Finding[] = [];

  add(place: string, problem: string): void {
    if (this.isFull) return;
    const path = `bars.${place}`;
    this.found.push({ path, message: `${path} ${problem}` });
  }

  unknown(name: string): void {
    const message = `${shown(name)} is not a column of bars; columns are ${listed()}`;
    if (!this.isFull) this.found.push({ path: `bars.${name}`, message });
  }

  get isFull(): boolean {
    return this.found.length >= MOST_FINDINGS;
  }
}

function readTimes(list: readonly unknown[], findings: Findings): Pick<RawBars, "timeMs" | "offsetMinutes"> {
  const timeMs = new Float64Array(list.length);
  let offsetMinutes: Int16Array | null = null;
  const first = typeof list[0];
  for (let row = 0; row < list.length && !findings.isFull; row++) {
    const value = list[row];
    if (typeof value === "number" && first === "number") {
      if (Number.isInteger(value) && value >= FIRST_MS && value <= LAST_MS) timeMs[row] = value;
      else findings.add(`time.${row}`, `must be whole epoch milliseconds of the years 1 to 9999: got ${shown(value)}`);
    } else if (typeof value === "string" && first === "string") {
      const time = parseIsoTime(value);
      if (time === null)
        findings.add(`time.${row}`, `must be written as 2020-01-31 or 2020-01-31T14:30:00Z: got ${shown(value)}`);
      timeMs[row] = time?.timeMs ?? Number.NaN;
      if (time !== null && time.offsetMinutes !== null) {
        offsetMinutes ??= new Int16Array(list.length).fill(NO_OFFSET);
        offsetMinutes[row] = time.offsetMinutes;
      }
    } else if (typeof value === "number" || typeof value === "string") {
      const wanted = first === "number" ? "epoch milliseconds" : "an ISO time";
      findings.add(`time.${row}`, `must be ${wanted} as bars.time.0 is, not mixed: got ${shown(value)}`);
    } else findings.add(`time.${row}`, `must be an ISO time or epoch milliseconds: got ${shown(value)}`);
  }
  if (first === "number" && findings.found.length === 0 && timeMs.every(isLikelySeconds)) {
    findings.add("time.0", `looks like epoch seconds, milliseconds are needed (times 1000), or ISO times: got ${shown(list[0])}`);
  }
  return { timeMs, offsetMinutes };
}

function isLikelySeconds(value: number): boolean {
  return value >= LIKELY_SECONDS.from && value < LIKELY_SECONDS.to;
}

function readNumbers(column: Column, list: readonly unknown[], findings: Findings): Float64Array {
  const values = new Float64Array(list.length);
  for (let row = 0; row < list.length && !findings.isFull; row++) {
    const value = list[row];
    if (typeof value === "number" && Number.isFinite(value)) values[row] = value;
    else if (value === null) values[row] = Number.NaN;
    else findings.add(`${column}.${row}`, `must be a finite number or null: got ${shown(value)}`);
  }
  return values;
}

function listed(): string {
  return `${COLUMNS.slice(0, 5).join(", ")} and, if there is one, volume`;
}
