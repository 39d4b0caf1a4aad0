import type { Curve, JobId } from "../../core/jobs/job.ts";
import { normals, uniforms } from "../../core/random.ts";
import { DAY_MS } from "../../core/time.ts";

/** How much is measured. */
export interface Scale {
  readonly jobs: number;
  readonly points: number;
}

const FIRST_JOB_MS = Date.UTC(2026, 0, 5);
/** Four weeks of jobs in all. */
const SPAN_MS = 28 * DAY_MS;
const FIRST_DAY_MS = Date.UTC(2000, 0, 3);
/** Share of the days on which nothing is held. */
const FLAT = 0.3;

/** The id of the k-th job: a UUID v7, by age. */
export function idOf({ jobs }: Scale, k: number): JobId {
  const ms = FIRST_JOB_MS + Math.floor((k * SPAN_MS) / jobs);
  const chance = uniforms(k + 1);
  const hex = (digits: number) =>
    Math.floor(chance() * 16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(6)}${hex(6)}` as JobId;
}

/** The curve of the k-th job: a walk of 1 % a day over weekdays, flat three days in ten in runs of about ten. */
export function curveOf({ points }: Scale, k: number): Curve {
  const step = normals(k + 1);
  const chance = uniforms(k + 1);
  const timeMs = Float64Array.from({ length: points }, (_, day) => FIRST_DAY_MS + (day + 2 * Math.floor(day / 5)) * DAY_MS);
  const equity = new Float64Array(points);
  let value = 10_000;
  let held = true;
  for (let i = 0; i < points; i++) {
    if (chance() < 0.1) held = chance() >= FLAT;
    if (held) value *= 1 + 0.01 * step();
    equity[i] = value;
  }
  return { initialCash: 10_000, daily: true, timeMs, equity };
}
