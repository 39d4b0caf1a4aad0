import { HOUR_MS, MINUTE_MS } from "../core/time.ts";

/**
 * The offset of a named time zone from UTC, in minutes, as a function of the instant; null for a zone that this runtime does not know.
 * Looked up once an hour of data: offsets change on the hour.
 */
export function zoneOffsets(zone: string): ((timeMs: number) => number) | null {
  const format = formatOf(zone);
  if (format === null) return null;
  let hour = Number.NaN;
  let minutes = 0;
  return (timeMs) => {
    const current = Math.floor(timeMs / HOUR_MS);
    if (current !== hour) {
      hour = current;
      const at = hour * HOUR_MS;
      const part = (type: string) => Number(format.formatToParts(at).find((p) => p.type === type)?.value);
      const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
      minutes = Math.round((local - at) / MINUTE_MS);
    }
    return minutes;
  };
}

function formatOf(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
  } catch {
    return null;
  }
}
