/** Bits of the two by four dots of a braille character, by column, from the top. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BLANK = 0x2800;

/** The part of a chart's height that a column of dots covers: two values, in any order. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a chart shows: values from `low`, at its bottom, to `high`, at its top. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A curve as lines of braille characters, top line first. Where a column of dots stands for several values, it covers all of them; columns
 * are joined, and fewer values than columns are joined by straight lines. NaN is passed over.
 */
export function brailleCurve(values: Float64Array, frame: Frame): string[] {
  let last = Number.NaN;
  return paint(frame, (x) => {
    const span = extent(values, x, frame.columns * 2);
    if (span === null) return null;
    const joined = Number.isNaN(last) ? span : { from: Math.min(span.from, last), to: Math.max(span.to, last) };
    last = span.last;
    return joined;
  });
}

/** The area between the top of the chart and a curve below it, drawn as `brailleCurve` draws. */
export function brailleArea(values: Float64Array, frame: Frame): string[] {
  return paint(frame, (x) => {
    const span = extent(values, x, frame.columns * 2);
    return span === null || span.from >= frame.high ? null : { from: span.from, to: frame.high };
  });
}

/** Lowest, highest and last value of those that column x of `width` stands for; null when there is none. */
function extent(values: Float64Array, x: number, width: number): (Span & { readonly last: number }) | null {
  if (values.length < width) return pointBetween(values, (x * (values.length - 1)) / (width - 1));
  const start = Math.floor((x * values.length) / width);
  const end = Math.floor(((x + 1) * values.length) / width);
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let last = Number.NaN;
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (value < from) from = value;
    if (value > to) to = value;
    last = value;
  }
  return Number.isNaN(last) ? null : { from, to, last };
}

/** The value at a position between two values, on the straight line from one to the other. */
function pointBetween(values: Float64Array, position: number): (Span & { readonly last: number }) | null {
  const before = values[Math.floor(position)] ?? Number.NaN;
  const after = values[Math.ceil(position)] ?? Number.NaN;
  const value = before + (after - before) * (position - Math.floor(position));
  return Number.isNaN(value) ? null : { from: value, to: value, last: value };
}

function paint({ columns, rows, low, high }: Frame, spanOf: (x: number) => Span | null): string[] {
  const height = rows * 4;
  const cells = new Uint8Array(columns * rows);
  const dot = (value: number) => (high > low ? Math.round(((high - value) / (high - low)) * (height - 1)) : height >> 1);
  for (let x = 0; x < columns * 2; x++) {
    const span = spanOf(x);
    if (span === null) continue;
    for (let y = dot(span.to); y <= dot(span.from); y++) {
      const at = (y >> 2) * columns + (x >> 1);
      cells[at] = cells[at]! | DOTS[x % 2 === 0 ? 0 : 1][y % 4]!;
    }
  }
  return Array.from({ length: rows }, (_, row) =>
    String.fromCharCode(...Array.from(cells.subarray(row * columns, (row + 1) * columns), (bits) => BLANK + bits)),
  );
}
