// Bars in which nothing can happen but prices: no order, no signal before the last of them, no split. Equity is written here,
// two bars at a time where no level needs watching. Each function covers bars [from, to) and returns the first bar that it did
// not finish: `to`, or a bar that a level or ruin touches, which the full rules then walk.
import { TOUCH_TOLERANCE } from "../../core/engine/abi";
import { best, cash, position, setTrail, stop, target } from "./account";
import { trailingStop } from "./settings";

export function stretchFlat(equity: usize, from: i32, to: i32): i32 {
  const value = f64x2.splat(cash);
  let at = equity + (<usize>from << 3);
  const end = equity + (<usize>to << 3);
  for (; at + 32 <= end; at += 32) {
    v128.store(at, value);
    v128.store(at, value, 16);
  }
  for (; at < end; at += 8) store<f64>(at, cash);
  return to;
}

/** Equity of a held position, and whether it touched zero: then the bar of ruin is looked for again, one by one. */
export function stretchHeld(equity: usize, marks: usize, from: i32, to: i32): i32 {
  const money = f64x2.splat(cash);
  const units = f64x2.splat(position);
  let least = f64x2.splat(Infinity);
  let i = <usize>from << 3;
  const end = <usize>to << 3;
  for (; i + 16 <= end; i += 16) {
    const value = f64x2.add(money, f64x2.mul(units, v128.load(marks + i)));
    v128.store(equity + i, value);
    least = f64x2.pmin(least, value);
  }
  let low = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  if (i < end) {
    const value = cash + position * load<f64>(marks + i);
    store<f64>(equity + i, value);
    if (value < low) low = value;
  }
  if (low > 0) return to;
  let k = from;
  while (load<f64>(equity + (<usize>k << 3)) > 0) k++;
  return k;
}

export function stretchLong(equity: usize, marks: usize, open: usize, high: usize, low: usize, from: i32, to: i32): i32 {
  const trailing = trailingStop == trailingStop;
  const keep = 1.0 - trailingStop;
  const goal = target * (1.0 - TOUCH_TOLERANCE);
  const money = cash;
  const units = position;
  let extreme = best;
  let level = stop;
  let floor = level * (1.0 + TOUCH_TOLERANCE);
  let i = from;
  for (; i < to; i++) {
    const at = <usize>i << 3;
    const top = load<f64>(high + at);
    const start = load<f64>(open + at);
    const value = money + units * load<f64>(marks + at);
    if (i32(load<f64>(low + at) <= floor) | i32(top >= goal) | i32(start <= floor) | i32(start >= goal) | i32(value <= 0)) break;
    store<f64>(equity + at, value);
    if (trailing && top > extreme) {
      extreme = top;
      const next = top * keep;
      if (next > level) {
        level = next;
        floor = next * (1.0 + TOUCH_TOLERANCE);
      }
    }
  }
  setTrail(extreme, level);
  return i;
}

export function stretchShort(equity: usize, marks: usize, open: usize, high: usize, low: usize, from: i32, to: i32): i32 {
  const trailing = trailingStop == trailingStop;
  const keep = 1.0 + trailingStop;
  const goal = target * (1.0 + TOUCH_TOLERANCE);
  const money = cash;
  const units = position;
  let extreme = best;
  let level = stop;
  let ceiling = level * (1.0 - TOUCH_TOLERANCE);
  let i = from;
  for (; i < to; i++) {
    const at = <usize>i << 3;
    const bottom = load<f64>(low + at);
    const start = load<f64>(open + at);
    const value = money + units * load<f64>(marks + at);
    if (i32(load<f64>(high + at) >= ceiling) | i32(bottom <= goal) | i32(start >= ceiling) | i32(start <= goal) | i32(value <= 0)) break;
    store<f64>(equity + at, value);
    if (trailing && bottom < extreme) {
      extreme = bottom;
      const next = bottom * keep;
      if (next < level) {
        level = next;
        ceiling = next * (1.0 - TOUCH_TOLERANCE);
      }
    }
  }
  setTrail(extreme, level);
  return i;
}

/** First bar in [from, to) with a signal, or `to`. */
export function nextSignal(signals: usize, from: i32, to: i32): i32 {
  let i = from;
  for (; i + 16 <= to; i += 16) {
    const some = i8x16.ne(v128.load(signals + i), i8x16.splat(0));
    if (v128.any_true(some)) return i + ctz(i8x16.bitmask(some));
  }
  while (i < to && load<i8>(signals + i) == 0) i++;
  return i;
}

export function countSignals(signals: usize, n: i32): i32 {
  let count = 0;
  let i = 0;
  for (; i + 16 <= n; i += 16) count += popcnt(i8x16.bitmask(i8x16.ne(v128.load(signals + i), i8x16.splat(0))));
  for (; i < n; i++) count += load<i8>(signals + i) == 0 ? 0 : 1;
  return count;
}
