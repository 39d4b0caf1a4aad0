import type { Bars } from "../bars.ts";
import { smaLine } from "../indicators/sma.ts";
import { stddevLine } from "../indicators/stddev.ts";

/** A column over bars with prices that rules of several trials may share. */
export interface Line {
  /** Names the line and its parameters: two lines with one key are equal. */
  readonly key: string;
  /** The first bar that may have a value; where there is none the column holds NaN. */
  readonly first: number;
  /** Length bars.n; only read by those who ask for it. */
  compute(bars: Bars): Float64Array;
}

/** The lines of bars with prices, each computed when it is first asked for. */
export class Lines {
  private readonly columns = new Map<string, Float64Array>();

  constructor(readonly bars: Bars) {}

  column(line: Line): Float64Array {
    const known = this.columns.get(line.key);
    if (known !== undefined) return known;
    const column = line.compute(this.bars);
    this.columns.set(line.key, column);
    return column;
  }
}

export const CLOSE: Line = { key: "close", first: 0, compute: ({ close }) => close };

/** Simple average of the close. */
export function averageOf(period: number): Line {
  return { key: `sma ${period}`, first: period - 1, compute: ({ close }) => smaLine(close, period) };
}

/** Population standard deviation of the close. */
export function deviationOf(period: number): Line {
  return { key: `stddev ${period}`, first: period - 1, compute: ({ close }) => stddevLine(close, period) };
}
