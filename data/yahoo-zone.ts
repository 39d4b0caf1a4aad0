import { DAY_MS, MINUTE_MS } from "../core/time.ts";
import { zoneOffsets } from "./zone.ts";

/** Within so short a time a zone changes its offset once at most. */
const SPAN_MS = 14 * DAY_MS;

/**
 * Instants as UTC midnight of the day they fall on in a time zone, as a function of ascending instants. The zone is asked only where its
 * offset may have changed.
 *
 * @param otherwise the offset in minutes to use for a zone that this runtime does not know
 */
export function localDays(zone: string, otherwise: number): (instants: Float64Array) => Float64Array {
  const offsetAt = zoneOffsets(zone) ?? (() => otherwise);
  return (instants) => {
    const days = new Float64Array(instants.length);
    let until = -1;
    let offset = Number.NaN;
    for (let i = 0; i < days.length; i++) {
      if (i > until) {
        until = i;
        while (until + 1 < days.length && instants[until + 1]! - instants[i]! <= SPAN_MS) until++;
        offset = offsetAt(instants[i]!);
        if (offsetAt(instants[until]!) !== offset) until = i;
      }
      days[i] = Math.floor((instants[i]! + offset * MINUTE_MS) / DAY_MS) * DAY_MS;
    }
    return days;
  };
}
