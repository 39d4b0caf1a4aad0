import { DAY_MS, daysFromDate, epochMs, HOUR_MS, MINUTE_MS } from "../core/time.ts";

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const PLUS = 43;
const DASH = 45;
const COLON = 58;
const UPPER_T = 84;
const UPPER_Z = 90;

/** Cells of one delimited text, found and read by byte position. */
export class CellText {
  /** What `fastTime` read last. */
  timeMs = Number.NaN;
  isUtc = false;

  private readonly bytes: Uint8Array;
  private readonly buffer: Buffer;
  private readonly delimiter: number;
  private readonly decoder = new TextDecoder();
  private lastDate = -1;
  private lastDays = Number.NaN;

  constructor(bytes: Uint8Array, delimiter: number) {
    this.bytes = bytes;
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.delimiter = delimiter;
  }

  /** Where the cell that starts here ends: at a delimiter or a line break. -1 when a quote is still open at the end of the line. */
  endOf(start: number): number {
    const { bytes, delimiter } = this;
    let at = start;
    while (bytes[at] === SPACE) at++;
    if (bytes[at] === QUOTE) {
      for (at++; ; at++) {
        const c = bytes[at];
        if (c === undefined || c === LF || c === CR) return -1;
        if (c !== QUOTE) continue;
        if (bytes[at + 1] !== QUOTE) break;
        at++;
      }
    }
    for (; at < bytes.length; at++) {
      const c = bytes[at];
      if (c === delimiter || c === LF || c === CR) break;
    }
    return at;
  }

  /** Bytes that are known to be ASCII, as text. */
  latin1(start: number, end: number): string {
    return this.buffer.toString("latin1", start, end);
  }

  /** The text of a cell, without quotes and the blanks around it. */
  read(start: number, end: number): string {
    const text = this.decoder.decode(this.bytes.subarray(start, end)).trim();
    if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
    return text.slice(1, -1).replaceAll('""', '"').trim();
  }

  /** True where a line holds nothing but delimiters, blanks and quotes. */
  isBlank(start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      const c = this.bytes[at];
      if (c !== this.delimiter && c !== SPACE && c !== TAB && c !== QUOTE) return false;
    }
    return true;
  }

  /**
   * Reads the commonest shapes of a time in place: `2020-01-31`, `2020-01-31T14:30`, `:00`, `Z` (or with a blank for the T), and epoch
   * seconds or milliseconds. Returns the end of the cell, or -1 where another shape needs a closer look.
   */
  fastTime(start: number): number {
    const { bytes } = this;
    if (bytes[start + 4] !== DASH) return this.fastEpoch(start);
    const year = this.pair(start) * 100 + this.pair(start + 2);
    const month = this.pair(start + 5);
    const day = this.pair(start + 8);
    if (bytes[start + 7] !== DASH || Number.isNaN(year + month + day)) return -1;
    const date = year * 10_000 + month * 100 + day;
    if (date !== this.lastDate) {
      this.lastDate = date;
      this.lastDays = daysFromDate(year, month, day);
    }
    if (Number.isNaN(this.lastDays)) return -1;
    this.timeMs = this.lastDays * DAY_MS;
    this.isUtc = false;
    const at = start + 10;
    if (this.isEnd(at)) return at;
    return bytes[at] === UPPER_T || bytes[at] === SPACE ? this.fastClock(at + 1) : -1;
  }

  private fastClock(start: number): number {
    const { bytes } = this;
    const hour = this.pair(start);
    const minute = this.pair(start + 3);
    const hasSecond = bytes[start + 5] === COLON;
    const second = hasSecond ? this.pair(start + 6) : 0;
    if (bytes[start + 2] !== COLON || !(hour <= 23 && minute <= 59 && second <= 59)) return -1;
    this.timeMs += hour * HOUR_MS + minute * MINUTE_MS + second * 1000;
    let at = hasSecond ? start + 8 : start + 5;
    if (bytes[at] === UPPER_Z || this.isZeroOffset(at)) {
      this.isUtc = true;
      at += bytes[at] === UPPER_Z ? 1 : 6;
    }
    return this.isEnd(at) ? at : -1;
  }

  /** True at `+00:00`. */
  private isZeroOffset(at: number): boolean {
    return this.bytes[at] === PLUS && this.pair(at + 1) === 0 && this.bytes[at + 3] === COLON && this.pair(at + 4) === 0;
  }

  private fastEpoch(start: number): number {
    let value = 0;
    let at = start;
    for (; ; at++) {
      const digit = this.bytes[at]! - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (at - start < 9 || at - start > 14 || !this.isEnd(at)) return -1;
    this.timeMs = epochMs(value);
    this.isUtc = false;
    return at;
  }

  /** Two digits as a number, NaN for anything else. */
  private pair(at: number): number {
    const tens = this.bytes[at]! - 48;
    const ones = this.bytes[at + 1]! - 48;
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
  }

  private isEnd(at: number): boolean {
    const c = this.bytes[at];
    return c === this.delimiter || c === LF || c === CR;
  }
}
