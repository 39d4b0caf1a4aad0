// Sets of bars as bits: bar i is bit i % 64 of the u64 at index i / 64; bits beyond the last bar are 0. The rules are those of core/sweep/sets.ts.
import { fastAbove } from "./exact";

export const BELOW: i32 = 0;
export const AT_MOST: i32 = 1;
export const ABOVE: i32 = 2;
export const AT_LEAST: i32 = 3;

// Tags: how a line stands to a level, and what the level is.
class Below {}
class AtMost {}
class Above {}
class AtLeast {}
class Constant {}
class Column {}
class Band {}

let left: usize = 0;
let right: usize = 0;
let deviation: usize = 0;

/** Bytes of a set of n bars. */
export function setBytes(n: i32): usize {
  return <usize>((n + 63) >>> 6) << 3;
}

/**
 * The bars at which left[i] relation level, where the level is `constant` if `level` is 0, else level[i - lag] + factor * spread[i], or level[i - lag] alone
 * if `spread` is 0. NaN is in no relation.
 *
 * @param out      setBytes(n) bytes
 * @param first    the first bar that may belong, at least `lag`; may lie beyond the last
 * @param relation BELOW, AT_MOST, ABOVE or AT_LEAST
 * @param line     n doubles; `level` and `spread` likewise
 */
export function comparisonBits(
  out: usize,
  n: i32,
  first: i32,
  relation: i32,
  line: usize,
  level: usize,
  lag: i32,
  spread: usize,
  factor: f64,
  constant: f64,
): void {
  left = line;
  right = level - (<usize>lag << 3);
  deviation = spread;
  if (level == 0) related<Constant>(out, n, first, relation, constant);
  else if (spread == 0) related<Column>(out, n, first, relation, 0);
  else related<Band>(out, n, first, relation, factor);
}

function related<L>(out: usize, n: i32, first: i32, relation: i32, k: f64): void {
  if (relation == BELOW) fill<Below, L>(out, n, first, k);
  else if (relation == AT_MOST) fill<AtMost, L>(out, n, first, k);
  else if (relation == ABOVE) fill<Above, L>(out, n, first, k);
  else fill<AtLeast, L>(out, n, first, k);
}

function fill<R, L>(out: usize, n: i32, first: i32, k: f64): void {
  if (first >= n) return memory.fill(out, 0, setBytes(n));
  memory.fill(out, 0, <usize>(first >>> 6) << 3);
  const whole = n & ~63;
  const head = min((first + 63) & ~63, n);
  if (first < head) store<u64>(out + (<usize>(first >>> 6) << 3), singly<R, L>(first, head, k));
  for (let bar = head; bar < whole; bar += 64) {
    const word =
      sixteen<R, L>(bar, k) | (sixteen<R, L>(bar + 16, k) << 16) | (sixteen<R, L>(bar + 32, k) << 32) | (sixteen<R, L>(bar + 48, k) << 48);
    store<u64>(out + (<usize>bar >>> 3), word);
  }
  if (head <= whole && whole < n) store<u64>(out + (<usize>whole >>> 3), singly<R, L>(whole, n, k));
}

/** Bits of the bars [from, to) of one word. */
function singly<R, L>(from: i32, to: i32, k: f64): u64 {
  let word: u64 = 0;
  for (let bar = from; bar < to; bar++) {
    const at = <usize>bar << 3;
    const x = load<f64>(left + at);
    let y = k;
    if (idof<L>() == idof<Column>()) y = load<f64>(right + at);
    if (idof<L>() == idof<Band>()) y = load<f64>(right + at) + k * load<f64>(deviation + at);
    let member = false;
    if (idof<R>() == idof<Below>()) member = x < y;
    if (idof<R>() == idof<AtMost>()) member = x <= y;
    if (idof<R>() == idof<Above>()) member = x > y;
    if (idof<R>() == idof<AtLeast>()) member = x >= y;
    word |= <u64>member << (bar & 63);
  }
  return word;
}

// @ts-ignore: decorator
@inline
function sixteen<R, L>(bar: i32, k: f64): u64 {
  const at = <usize>bar << 3;
  const factor = f64x2.splat(k);
  return packed(
    pair<R, L>(at, factor),
    pair<R, L>(at + 16, factor),
    pair<R, L>(at + 32, factor),
    pair<R, L>(at + 48, factor),
    pair<R, L>(at + 64, factor),
    pair<R, L>(at + 80, factor),
    pair<R, L>(at + 96, factor),
    pair<R, L>(at + 112, factor),
  );
}

// @ts-ignore: decorator
@inline
function pair<R, L>(at: usize, k: v128): v128 {
  const x = v128.load(left + at);
  let y = k;
  if (idof<L>() == idof<Column>()) y = v128.load(right + at);
  if (idof<L>() == idof<Band>()) y = f64x2.add(v128.load(right + at), f64x2.mul(k, v128.load(deviation + at)));
  if (idof<R>() == idof<Below>()) return f64x2.lt(x, y);
  if (idof<R>() == idof<AtMost>()) return f64x2.le(x, y);
  if (idof<R>() == idof<Above>()) return f64x2.gt(x, y);
  return f64x2.ge(x, y);
}

/** One bit for each of 16 lanes that are all ones or all zeros, in order. */
// @ts-ignore: decorator
@inline
function packed(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): u64 {
  const low = i16x8.narrow_i32x4_s(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 0, 2, 4, 6));
  const high = i16x8.narrow_i32x4_s(v128.shuffle<i32>(e, f, 0, 2, 4, 6), v128.shuffle<i32>(g, h, 0, 2, 4, 6));
  return <u64>(<u32>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
}

/**
 * The bars at which the average of `fast` closes is above, and below, that of `slow` closes. Where the two are close they are decided by `fastAbove`, which must
 * be bound to their kind.
 *
 * @param below 0 when it is not wanted
 * @param first at least slow - 1
 * @param near  so large that the two lines err by less than this share of their sum
 * @param peaks as `runningPeaks` writes them: an average is at most the highest close so far
 */
export function crossBits(
  above: usize,
  below: usize,
  n: i32,
  first: i32,
  fastLine: usize,
  slowLine: usize,
  near: f64,
  fast: i32,
  slow: i32,
  peaks: usize,
): void {
  left = fastLine;
  right = slowLine;
  const begin = min(first, n);
  memory.fill(above, 0, setBytes(begin));
  if (below != 0) memory.fill(below, 0, setBytes(begin));
  for (let bar = begin & ~63; bar < n; bar += 64) {
    const from = max(bar, begin);
    const to = min(bar + 64, n);
    if (from == to) break;
    const word = <usize>bar >>> 3;
    const margin = 2 * near * load<f64>(peaks + word);
    let under: u64 = 0;
    let over: u64 = 0;
    if (to - from == 64 && clear(bar, f64x2.splat(margin))) {
      under = signs;
      over = ~signs;
    } else {
      for (let i = from; i < to; i++) {
        const difference = load<f64>(left + (<usize>i << 3)) - load<f64>(right + (<usize>i << 3));
        const sign = abs(difference) > margin ? (difference > 0 ? 1 : -1) : fastAbove(fast, slow, i);
        over |= <u64>(sign > 0) << (i & 63);
        under |= <u64>(sign < 0) << (i & 63);
      }
    }
    store<u64>(above + word, over);
    if (below != 0) store<u64>(below + word, under);
  }
}

let signs: u64 = 0;

/** Signs of left - right of 64 bars as bits of `signs`; false when one of them is within the margin. */
// @ts-ignore: decorator
@inline
function clear(bar: i32, margin: v128): bool {
  let close = f64x2.splat(0);
  signs = 0;
  for (let k = 0; k < 64; k += 16) {
    const a = gap(bar + k);
    const b = gap(bar + k + 2);
    const c = gap(bar + k + 4);
    const d = gap(bar + k + 6);
    const e = gap(bar + k + 8);
    const f = gap(bar + k + 10);
    const g = gap(bar + k + 12);
    const h = gap(bar + k + 14);
    const least = f64x2.pmin(
      f64x2.pmin(f64x2.pmin(f64x2.abs(a), f64x2.abs(b)), f64x2.pmin(f64x2.abs(c), f64x2.abs(d))),
      f64x2.pmin(f64x2.pmin(f64x2.abs(e), f64x2.abs(f)), f64x2.pmin(f64x2.abs(g), f64x2.abs(h))),
    );
    close = v128.or(close, f64x2.le(least, margin));
    signs |= packedSigns(a, b, c, d, e, f, g, h) << k;
  }
  return !v128.any_true(close);
}

// @ts-ignore: decorator
@inline
function gap(bar: i32): v128 {
  const at = <usize>bar << 3;
  return f64x2.sub(v128.load(left + at), v128.load(right + at));
}

/** The signs of sixteen doubles: their upper halves keep them when they are narrowed. */
// @ts-ignore: decorator
@inline
function packedSigns(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): u64 {
  const low = i16x8.narrow_i32x4_s(v128.shuffle<i32>(a, b, 1, 3, 5, 7), v128.shuffle<i32>(c, d, 1, 3, 5, 7));
  const high = i16x8.narrow_i32x4_s(v128.shuffle<i32>(e, f, 1, 3, 5, 7), v128.shuffle<i32>(g, h, 1, 3, 5, 7));
  return <u64>(<u32>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
}

/** Bits of the bars [from, to) of one word, from < to. */
// @ts-ignore: decorator
@inline
export function span(from: i32, to: i32): u64 {
  return (~(<u64>0) >>> (64 - (to - from))) << (from & 63);
}
