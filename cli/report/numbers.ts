export const UNDEFINED = "n/a";
/** From here on digits no longer help. */
const HUGE = 1e15;

function grouped(value: number, digits: number): string {
  if (Number.isNaN(value)) return UNDEFINED;
  if (Math.abs(value) >= HUGE) return value.toExponential(digits);
  const fixed = Math.abs(value).toFixed(digits);
  const [whole = "", fraction] = fixed.split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction === undefined ? "" : `.${fraction}`);
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

/** A fraction as a percentage: 0.153 is `15.30 %`, from 1,000 % on one digit less. */
export function percent(fraction: number): string {
  if (Number.isNaN(fraction)) return UNDEFINED;
  return `${grouped(fraction * 100, Math.abs(fraction) < 10 ? 2 : 1)} %`;
}

/** A fraction as it would be typed: 0.001 is `0.1 %`. */
export function shortPercent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(12))} %`;
}

export function money(value: number): string {
  return grouped(value, 2);
}

export function ratio(value: number): string {
  return grouped(value, Math.abs(value) < 1000 ? 2 : 0);
}

export function count(value: number): string {
  return grouped(value, 0);
}

/** Decimals by size, so that a column of prices lines up: 2 from 100 on, 4 from 1 on, else six significant digits. */
export function price(value: number): string {
  const size = Math.abs(value);
  if (size >= 1 || Number.isNaN(value)) return grouped(value, size >= 100 ? 2 : 4);
  return plain(value);
}

/** Six significant digits at most, no trailing zeros. */
export function plain(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** A time for people: an instant without its T and its empty seconds. */
export function shortTime(time: string): string {
  return time.replace("T", " ").replace(/(:00)?Z$/, "");
}

/** A span of time in seconds: 0.0123 is `12.3 ms`. */
export function seconds(time: number): string {
  return time < 1 ? `${(time * 1000).toFixed(1)} ms` : `${time.toFixed(1)} s`;
}
