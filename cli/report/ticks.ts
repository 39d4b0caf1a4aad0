import type { ParamValue } from "../../core/strategies/strategy.ts";
import { rangeOf } from "./colour-scale.ts";

/** Round numbers from `low` to `high`, ascending, about `most` of them at the most: multiples of 1, 2 or 5 times a power of ten. */
export function roundTicks(low: number, high: number, most: number): number[] {
  if (!(high > low)) return [low];
  const step = roundStep((high - low) / most);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => clean((first + k) * step));
}

/**
 * Which values of an axis to label, at most `most` of them: round ones where it has enough of those, else every so many from the first on.
 * @returns positions on the axis, ascending
 */
export function axisTicks(values: readonly ParamValue[], most: number): number[] {
  const places = Array.from(values, (_, i) => i);
  if (values.length <= most) return places;
  const every = Math.ceil(values.length / Math.max(most, 1));
  const regular = places.filter((i) => i % every === 0);
  if (values.some((value) => typeof value !== "number")) return regular;
  const numbers = values.map(Number);
  const [low, high] = rangeOf(Float64Array.from(numbers));
  const span = high - low;
  for (let step = roundStep(span / most), tries = 0; tries < 4; step = roundStep(step * 1.5), tries++) {
    const round = places.filter((i) => Math.abs(numbers[i]! / step - Math.round(numbers[i]! / step)) < 1e-9);
    if (round.length <= most && round.length * 3 >= Math.min(most, regular.length)) return round;
  }
  return regular;
}

/** The least of 1, 2, 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Without the noise that a product of doubles has in its last digits. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}
