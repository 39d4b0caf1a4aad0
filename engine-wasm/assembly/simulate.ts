// One run over all bars. `step` is one whole bar by the rules of engine-ts/simulate.ts; between events the stretches take over.
// Where the orders come from and what becomes of the equity is told by a type: `Curve` here for a single run, another for sweeps.
import { EVENT_EXPIRED, EVENT_RUIN, REASON_END, REASON_RUIN, SIGNAL_NONE } from "../../core/engine/abi";
import { cash, close, execute, ignores, leaveInside, leaveOnGap, openAccount, position, split, trail } from "./account";
import { recordEvent } from "./book";
import { closeAtEnd, fillAtClose, initialCash, requireVolume, stopLoss, takeProfit, trailingStop } from "./settings";
import { nextSignal, stretchFlat, stretchHeld, stretchLong, stretchShort } from "./stretch";

export let n: i32 = 0;
export let opens: usize = 0;
export let highs: usize = 0;
export let lows: usize = 0;
let closes: usize = 0;
let volumes: usize = 0;
/** Last close at or before each bar: the closes themselves where no bar is missing. */
export let marks: usize = 0;

let splits: usize = 0;
let splitCount: i32 = 0;

let order: i32 = SIGNAL_NONE;
let mark: f64 = 0;
let nextSplit: i32 = 0;
let ruined: bool = false;
export let heldBars: i32 = 0;

export function bindBars(count: i32, open: usize, high: usize, low: usize, close: usize, volume: usize, lastClose: usize): void {
  n = count;
  opens = open;
  highs = high;
  lows = low;
  closes = close;
  volumes = volume;
  marks = close;
  let i = 0;
  while (i < n && at(close, i) == at(close, i)) i++;
  if (i == n) return;
  marks = lastClose;
  let last: f64 = 0;
  for (let k = 0; k < n; k++) {
    const price = at(close, k);
    if (price == price) last = price;
    store<f64>(lastClose + (<usize>k << 3), last);
  }
}

/** Splits lie as pairs of doubles: bar, ratio. */
export function bindSplits(splitsAt: usize, count: i32): void {
  splits = splitsAt;
  splitCount = count;
}

export function lastMark(): f64 {
  return mark;
}

/**
 * @param record a pointer that is never followed; its type has
 *   nextOrder(from, to): the first bar in [from, to) with a signal, or `to`; orderAt(i): the signal of bar i, SIGNAL_NONE without one;
 *   bar(i, equity): takes in one bar; flat, held, long, short(from, to): take in bars in which nothing happens, and return the first that was not finished;
 *   rest(from): all bars after ruin. Bars are asked for and taken in in ascending order.
 */
export function run<T>(record: T): void {
  openAccount();
  order = SIGNAL_NONE;
  mark = 0;
  nextSplit = 0;
  ruined = false;
  heldBars = 0;
  const everyBar = requireVolume || (splitCount > 0 && marks != closes);
  const watched = stopLoss == stopLoss || takeProfit == takeProfit || trailingStop == trailingStop;
  const last = n - 1;
  let i = 0;
  while (i < n) {
    if (ruined) {
      record.rest(i);
      break;
    }
    if (!everyBar) {
      const limit = nextSplit < splitCount ? min(last, <i32>at(splits, 2 * nextSplit)) : last;
      if (order != SIGNAL_NONE) {
        if (fillAtClose || i >= limit || at(closes, i) != at(closes, i)) {
          step<T>(record, i++);
          continue;
        }
        // Filled at the open, the rest of the bar is as quiet as those after it.
        execute(i, order, at(opens, i));
        order = SIGNAL_NONE;
      }
      const signal = record.nextOrder(i, limit);
      // The bar of a signal that fills at the next open is as quiet as those before it.
      const quietSignal = signal < limit && !fillAtClose;
      const to = quietSignal ? signal + 1 : signal;
      const reached = stretch<T>(record, i, to, watched);
      if (position != 0) heldBars += reached - i;
      if (reached > i) mark = at(marks, reached - 1);
      i = reached;
      if (quietSignal && reached == to) {
        const code = record.orderAt(signal);
        if (!ignores(code)) order = code;
        continue;
      }
    }
    if (i < n) step<T>(record, i++);
  }
}

/** The first bar of [from, to) that needs the full rules, or `to`; those before it are done. */
// @ts-ignore: decorator
@inline
function stretch<T>(record: T, from: i32, to: i32, watched: bool): i32 {
  if (position == 0) return cash > 0 ? record.flat(from, to) : from;
  if (!watched) return record.held(from, to);
  return position > 0 ? record.long(from, to) : record.short(from, to);
}

function step<T>(record: T, i: i32): void {
  const price = at(closes, i);
  const start = at(opens, i);
  const high = at(highs, i);
  const low = at(lows, i);
  const priced = price == price;
  const tradable = priced && !(requireVolume && at(volumes, i) == 0);

  if (nextSplit < splitCount && <i32>at(splits, 2 * nextSplit) == i) {
    const ratio = at(splits, 2 * nextSplit + 1);
    nextSplit++;
    mark /= ratio;
    split(i, ratio, priced ? start : mark);
  }

  if (tradable) {
    if (!fillAtClose && order != SIGNAL_NONE) {
      execute(i, order, start);
      order = SIGNAL_NONE;
    }
    leaveOnGap(i, start);
  }
  if (position != 0) heldBars++;
  if (tradable) leaveInside(i, start, high, low);
  if (priced) {
    trail(high, low);
    mark = price;
  }

  const signal = record.orderAt(i);
  if (signal != SIGNAL_NONE) order = ignores(signal) ? SIGNAL_NONE : signal;
  if (tradable && fillAtClose && order != SIGNAL_NONE) {
    execute(i, order, mark);
    order = SIGNAL_NONE;
  }
  const last = i == n - 1;
  if (last && order != SIGNAL_NONE) recordEvent(i, EVENT_EXPIRED, order, 0, 0);

  let value = cash + position * mark;
  if (value <= 0 && position != 0) {
    close(i, mark, REASON_RUIN);
    value = cash;
    ruined = true;
  } else if (last && closeAtEnd && position != 0) {
    close(i, mark, REASON_END);
    value = cash;
  }
  if (ruined || value <= 0) {
    recordEvent(i, EVENT_RUIN, SIGNAL_NONE, 0, 0);
    ruined = true;
  }
  record.bar(i, value);
}

let signals: usize = 0;
let equity: usize = 0;

/** Signals as one byte a bar in, an equity curve out. */
@unmanaged
class Curve {
  nextOrder(from: i32, to: i32): i32 {
    return nextSignal(signals, from, to);
  }
  orderAt(i: i32): i32 {
    return <i32>load<i8>(signals + i);
  }
  bar(i: i32, value: f64): void {
    store<f64>(equity + (<usize>i << 3), value);
  }
  flat(from: i32, to: i32): i32 {
    return stretchFlat(equity, from, to);
  }
  held(from: i32, to: i32): i32 {
    return stretchHeld(equity, marks, from, to);
  }
  long(from: i32, to: i32): i32 {
    return stretchLong(equity, marks, opens, highs, lows, from, to);
  }
  short(from: i32, to: i32): i32 {
    return stretchShort(equity, marks, opens, highs, lows, from, to);
  }
  rest(from: i32): void {
    stretchFlat(equity, from, n);
  }
}

/** Splits as `bindSplits` takes them. `curve` has room for the starting capital and one value a bar. */
export function bindRun(signalsAt: usize, curve: usize, splitsAt: usize, count: i32): void {
  signals = signalsAt;
  equity = curve + 8;
  bindSplits(splitsAt, count);
  store<f64>(curve, initialCash);
}

export function simulate(): void {
  run<Curve>(changetype<Curve>(0));
}

// @ts-ignore: decorator
@inline
function at(column: usize, i: i32): f64 {
  return load<f64>(column + (<usize>i << 3));
}
