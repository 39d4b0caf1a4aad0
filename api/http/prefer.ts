/** The longest that a request waits for its job. */
export const LONGEST_WAIT_MS = 60_000;

/** How long to wait, and which preferences that honours (RFC 7240), for `Preference-Applied`. */
export interface Preference {
  readonly waitMs: number;
  readonly applied: string | null;
}

const WAIT = /^wait\s*=\s*"?(\d{1,9})"?$/;

/**
 * `wait=N` in seconds, cut to 60, and `respond-async`, which alone means no wait. What is not understood is passed over, as RFC 7240 asks.
 * @param standardMs the wait without a preference
 */
export function parsePrefer(header: string | null, standardMs: number): Preference {
  if (header === null) return { waitMs: standardMs, applied: null };
  const wanted = header.split(",").map((preference) => preference.split(";")[0]!.trim().toLowerCase());
  const seconds = wanted.map((preference) => WAIT.exec(preference)?.[1]).find((found) => found !== undefined);
  const async = wanted.includes("respond-async");
  if (seconds === undefined) return async ? { waitMs: 0, applied: "respond-async" } : { waitMs: standardMs, applied: null };
  const waitMs = Math.min(Number(seconds) * 1000, LONGEST_WAIT_MS);
  return { waitMs, applied: `${async ? "respond-async, " : ""}wait=${waitMs / 1000}` };
}
