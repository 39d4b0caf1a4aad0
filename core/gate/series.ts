import type { Bars, Interval } from "../bars.ts";
import type { OrderedRows } from "./order.ts";
import type { RowCut } from "./range.ts";
import type { RawBars } from "./raw-bars.ts";
import type { Breach, GateSeries } from "./rule.ts";

/** The columns of ordered rows [first, end), as views where the rows lie as they came. */
export function seriesOf(raw: RawBars, { rows, timeMs }: OrderedRows, { first, end }: RowCut, interval: Interval): GateSeries {
  const picked = rows === null ? null : rows.subarray(first, end);
  const rowOf = (position: number) => (picked === null ? position + first : picked[position]!);
  const numberOf = (position: number) => rowOf(position) + raw.rows.first;
  const column = (values: Float64Array) =>
    picked === null ? values.subarray(first, end) : Float64Array.from(picked, (row) => values[row]!);
  const { offsetMinutes } = raw;
  return {
    timeMs: timeMs.subarray(first, end),
    open: column(raw.open),
    high: column(raw.high),
    low: column(raw.low),
    close: column(raw.close),
    volume: raw.volume === null ? null : column(raw.volume),
    interval,
    offsetMinutes:
      offsetMinutes &&
      (picked === null ? offsetMinutes.subarray(first, end) : Int16Array.from(picked, (row) => offsetMinutes[row]!)),
    oddCells: raw.oddCells.length === 0 ? [] : oddCellsOf(raw, end - first, rowOf),
    nameOf: (position) => `${raw.rows.word} ${numberOf(position)}`,
    numberOf,
  };
}

function oddCellsOf(raw: RawBars, n: number, rowOf: (position: number) => number): GateSeries["oddCells"] {
  const cells = Map.groupBy(raw.oddCells, (cell) => cell.row);
  const found: GateSeries["oddCells"][number][] = [];
  for (let position = 0; position < n; position++) {
    for (const cell of cells.get(rowOf(position)) ?? []) found.push({ ...cell, position });
  }
  return found;
}

/** The finished bars: prices of the breaches' rows emptied, a volume everywhere. */
export function barsOf(series: GateSeries, missing: readonly Breach[]): Bars {
  const positions = missing.flatMap((breach) => breach.positions);
  const prices = (values: Float64Array) => {
    if (positions.length === 0) return values;
    const copy = values.slice();
    for (const position of positions) copy[position] = Number.NaN;
    return copy;
  };
  const { timeMs, open, high, low, close, volume } = series;
  return {
    timeMs,
    open: prices(open),
    high: prices(high),
    low: prices(low),
    close: prices(close),
    volume: volume === null ? new Float64Array(timeMs.length) : zeroWhereEmpty(volume),
  };
}

function zeroWhereEmpty(volume: Float64Array): Float64Array {
  for (let i = 0; i < volume.length; i++)
    if (Number.isNaN(volume[i]!)) return volume.map((value) => (Number.isNaN(value) ? 0 : value));
  return volume;
}
