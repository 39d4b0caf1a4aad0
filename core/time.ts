import type { Interval } from "./bars.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A time as somebody wrote it. `timeMs` has the offset applied; without one (null) the time is taken as UTC. */
export interface WrittenTime {
  readonly timeMs: number;
  readonly offsetMinutes: number | null;
  readonly dateOnly: boolean;
}

/** How 01/02/2020 is read. */
export type SlashOrder = "month_first" | "day_first";

const LONGEST_OFFSET_MINUTES = 14 * 60;
/** Plain numbers below this are epoch seconds, from it on epoch milliseconds: seconds reach to the year 5138, milliseconds start in 1973. */
const FIRST_EPOCH_MS = 1e11;

const ISO = /^(\d{4})([-/])(\d{2})\2(\d{2})(?:(?:T| )(.+))?$/;
const SLASH = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: +(.+))?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const EPOCH = /^-?\d{9,14}(?:\.\d+)?$/;
const ISO_CLOCK = /^\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])[Mm])? ?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

/** Days from 1970-01-01 to a date of the Gregorian calendar; NaN when there is no such date. Years 1 to 9999. */
export function daysFromDate(year: number, month: number, day: number): number {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  // Years start in March, so that the leap day is the last of its year.
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day - 719_469;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * An ISO 8601 day (`2020-01-31`) or instant (`2020-01-31T14:30:00Z`, `+02:00`, no offset at all; a blank may stand for the T, seconds and
 * their fraction may be left out). Null for everything else, dates that do not exist included.
 */
export function parseIsoTime(text: string): WrittenTime | null {
  const parts = ISO.exec(text);
  if (parts === null || parts[2] !== "-" || (parts[5] !== undefined && !ISO_CLOCK.test(parts[5]))) return null;
  return assemble(daysFromDate(Number(parts[1]), Number(parts[3]), Number(parts[4])), parts[5]);
}

/**
 * A time in any of the shapes files use: ISO, YYYY/MM/DD, YYYYMMDD, MM/DD/YYYY or DD/MM/YYYY (by `order`) with an optional time of day and
 * AM or PM, epoch seconds, epoch milliseconds. Null for everything else.
 */
export function parseWrittenTime(text: string, order: SlashOrder): WrittenTime | null {
  const iso = ISO.exec(text);
  if (iso !== null) return assemble(daysFromDate(Number(iso[1]), Number(iso[3]), Number(iso[4])), iso[5]);
  const slash = SLASH.exec(text);
  if (slash !== null) {
    const [month, day] = order === "month_first" ? [slash[1], slash[2]] : [slash[2], slash[1]];
    return assemble(daysFromDate(Number(slash[3]), Number(month), Number(day)), slash[4]);
  }
  const compact = COMPACT.exec(text);
  if (compact !== null) return assemble(daysFromDate(Number(compact[1]), Number(compact[2]), Number(compact[3])), undefined);
  if (!EPOCH.test(text)) return null;
  return { timeMs: epochMs(Number(text)), offsetMinutes: null, dateOnly: false };
}

/** Epoch seconds or milliseconds, told apart by size, as milliseconds. */
export function epochMs(value: number): number {
  return Math.floor(Math.abs(value) < FIRST_EPOCH_MS ? value * 1000 : value);
}

function assemble(days: number, clock: string | undefined): WrittenTime | null {
  if (Number.isNaN(days)) return null;
  if (clock === undefined) return { timeMs: days * DAY_MS, offsetMinutes: null, dateOnly: true };
  const parts = CLOCK.exec(clock);
  if (parts === null) return null;
  const hour = hourOfDay(Number(parts[1]), parts[5]);
  const minute = Number(parts[2]);
  const second = Number(parts[3] ?? "0");
  const offset = offsetMinutesOf(parts[6]);
  if (Number.isNaN(hour) || minute > 59 || second > 59 || Number.isNaN(offset)) return null;
  const millisecond = Number((parts[4] ?? "").padEnd(3, "0").slice(0, 3));
  const local = days * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + millisecond;
  return { timeMs: local - (offset ?? 0) * MINUTE_MS, offsetMinutes: offset, dateOnly: false };
}

/** NaN when there is no such hour. */
function hourOfDay(hour: number, half: string | undefined): number {
  if (half === undefined) return hour > 23 ? Number.NaN : hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
}

/** Null without an offset, NaN for one that no clock has. */
function offsetMinutesOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (text === "Z" || text === "z") return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(":", ""));
  const total = hours * 60 + minutes;
  if (minutes > 59 || total > LONGEST_OFFSET_MINUTES) return Number.NaN;
  return text.startsWith("-") ? -total : total;
}

/** True for the intervals whose bars are named by a day alone. */
export function isDailyOrLonger(interval: Interval): boolean {
  return interval === "1d" || interval === "1wk" || interval === "1mo";
}

/** `YYYY-MM-DD` for bars of a day and longer, else an ISO instant ending in Z, with milliseconds only where there are any. */
export function formatTime(timeMs: number, interval: Interval): string {
  return isDailyOrLonger(interval) ? formatDay(timeMs) : formatInstant(timeMs);
}

/** Days and clocks as text, kept: bars of one series mostly share their times with the next. */
const dayTexts = new Map<number, string>();
const clockTexts = new Map<number, string>();
const MOST_DAY_TEXTS = 100_000;
/** Within so many milliseconds of 1970 a year has four digits and no sign. */
const PLAIN_YEARS_MS = 62_167_219_200_000;

/** The UTC day. @throws {RangeError} for a time that no calendar has */
export function formatDay(timeMs: number): string {
  const day = Math.floor(timeMs / DAY_MS);
  const known = dayTexts.get(day);
  if (known !== undefined) return known;
  const text = new Date(timeMs).toISOString().slice(0, 10);
  if (dayTexts.size >= MOST_DAY_TEXTS) dayTexts.clear();
  dayTexts.set(day, text);
  return text;
}

/** @throws {RangeError} for a time that no calendar has */
export function formatInstant(timeMs: number): string {
  const minute = (timeMs - Math.floor(timeMs / DAY_MS) * DAY_MS) / MINUTE_MS;
  const plain = Number.isInteger(minute) && Math.abs(timeMs) < PLAIN_YEARS_MS;
  if (!plain) return new Date(timeMs).toISOString().replace(".000Z", "Z");
  let clock = clockTexts.get(minute);
  if (clock === undefined) {
    clock = new Date(minute * MINUTE_MS).toISOString().slice(10).replace(".000Z", "Z");
    clockTexts.set(minute, clock);
  }
  return formatDay(timeMs) + clock;
}
