// Highest close, lowest close and deepest fall of any range of bars in constant time, from two layers: inside blocks of 16 bars a disjoint sparse table;
// between blocks the rest of the first one, the start of the last one, and a disjoint sparse table over the whole blocks in between, whose entries may be
// empty ranges. A fall is the factor max close[u] / close[v] over u <= v, at least 1.
const BLOCK_BITS: i32 = 4;
const BLOCK: i32 = 1 << BLOCK_BITS;
/** Highest close, lowest close with its sign turned, fall. */
const RANGE_BYTES: usize = 24;

let closes: usize = 0;
let n: i32 = 0;
let blocks: i32 = 0;
/** Inside blocks: BLOCK_BITS levels of n entries. */
let inner: usize = 0;
/** Between blocks: one level of `blocks` entries for each bit of a block's number. */
let outer: usize = 0;
/** The range of no bar. */
let nothing: usize = 0;

/** Bytes that the tables for n bars take. */
export function rangeBytes(bars: i32): f64 {
  const count = (bars + BLOCK - 1) >>> BLOCK_BITS;
  return <f64>RANGE_BYTES * (<f64>BLOCK_BITS * <f64>bars + <f64>levelsOf(count) * <f64>count + 1);
}

function levelsOf(count: i32): i32 {
  return count < 2 ? 1 : 32 - clz(count - 1);
}

/** @param at rangeBytes(bars) bytes */
export function bindRanges(closesAt: usize, bars: i32, at: usize): void {
  closes = closesAt;
  n = bars;
  blocks = (bars + BLOCK - 1) >>> BLOCK_BITS;
  inner = at;
  outer = at + RANGE_BYTES * <usize>BLOCK_BITS * <usize>bars;
  nothing = outer + RANGE_BYTES * <usize>(levelsOf(blocks) * blocks);
  clear();
  write(nothing);
}

/** Results of `look`, and what is being built. */
export let high: f64 = 0;
export let low: f64 = 0;
export let fall: f64 = 1;

function clear(): void {
  high = -Infinity;
  low = Infinity;
  fall = 1;
}

/** Takes in a close before all others. */
// @ts-ignore: decorator
@inline
function before(x: f64): void {
  if (x > fall * low) fall = x / low;
  if (x > high) high = x;
  if (x < low) low = x;
}

/** Takes in a close after all others. */
// @ts-ignore: decorator
@inline
function after(x: f64): void {
  if (high > fall * x) fall = high / x;
  if (x > high) high = x;
  if (x < low) low = x;
}

// @ts-ignore: decorator
@inline
function write(at: usize): void {
  store<f64>(at, high);
  store<f64>(at, -low, 8);
  store<f64>(at, fall, 16);
}

// @ts-ignore: decorator
@inline
function close(i: i32): f64 {
  return load<f64>(closes + (<usize>i << 3));
}

/** For every bar the range from it to the end of its block, and from the start of its block to it, into rows of `stride` bytes. */
export function writeEnds(fromBar: usize, toBar: usize, stride: usize): void {
  for (let start = 0; start < n; start += BLOCK) {
    const end = min(start + BLOCK, n);
    clear();
    for (let i = end - 1; i >= start; i--) {
      before(close(i));
      write(fromBar + <usize>i * stride);
    }
    clear();
    for (let i = start; i < end; i++) {
      after(close(i));
      write(toBar + <usize>i * stride);
    }
  }
}

export function buildInner(): void {
  for (let level = 0; level < BLOCK_BITS; level++) {
    const half = 1 << level;
    const at = inner + <usize>level * (<usize>n * RANGE_BYTES);
    // A bar alone is looked up at the lowest level, also where no bar follows it.
    for (let middle = half; middle - half < n; middle += half << 1) {
      clear();
      for (let i = min(middle, n) - 1; i >= middle - half; i--) {
        before(close(i));
        write(at + <usize>i * RANGE_BYTES);
      }
      clear();
      const end = min(middle + half, n);
      for (let i = middle; i < end; i++) {
        after(close(i));
        write(at + <usize>i * RANGE_BYTES);
      }
    }
  }
}

/**
 * Entries leave out the block they stand at: from the next one to the middle, or from the middle to the one before.
 * @param fromBar what `writeEnds` wrote: at the first bar of a block stands the range of the whole block
 */
export function buildOuter(fromBar: usize, stride: usize): void {
  const levels = levelsOf(blocks);
  const whole = stride << BLOCK_BITS;
  for (let level = 0; level < levels; level++) {
    const half = 1 << level;
    const at = outer + <usize>level * (<usize>blocks * RANGE_BYTES);
    for (let middle = half; middle < blocks; middle += half << 1) {
      clear();
      for (let b = middle - 1; b >= middle - half; b--) {
        write(at + <usize>b * RANGE_BYTES);
        const block = fromBar + <usize>b * whole;
        fall = max(max(fall, load<f64>(block, 16)), load<f64>(block) / low);
        join(block);
      }
      clear();
      const end = min(middle + half, blocks);
      for (let b = middle; b < end; b++) {
        write(at + <usize>b * RANGE_BYTES);
        const block = fromBar + <usize>b * whole;
        fall = max(max(fall, load<f64>(block, 16)), high / -load<f64>(block, 8));
        join(block);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function join(range: usize): void {
  high = max(high, load<f64>(range));
  low = min(low, -load<f64>(range, 8));
}

/**
 * The range of the closes a to b, a <= b, into `high`, `low` and `fall`; the fall is at least `known`, which spares most divisions.
 * @param fromA what `writeEnds` wrote for a: from it to the end of its block
 * @param toB   the same from the start of its block to b
 */
// @ts-ignore: decorator
@inline
export function look(a: i32, b: i32, fromA: usize, toB: usize, known: f64): void {
  const blockA = a >>> BLOCK_BITS;
  const blockB = b >>> BLOCK_BITS;
  // Whether both stand in one block is a coin's toss: addresses are chosen, not ways.
  const apart = blockA != blockB;
  const within = inner + <usize>(31 - clz((a ^ b) | 1)) * (<usize>n * RANGE_BYTES);
  const between = outer + <usize>(31 - clz((blockA ^ blockB) | 1)) * (<usize>blocks * RANGE_BYTES);
  const at1 = select<usize>(fromA, within + <usize>a * RANGE_BYTES, apart);
  const at2 = select<usize>(between + <usize>blockA * RANGE_BYTES, nothing, apart);
  const at3 = select<usize>(between + <usize>blockB * RANGE_BYTES, nothing, apart);
  const at4 = select<usize>(toB, within + <usize>b * RANGE_BYTES, apart);
  const one = v128.load(at1);
  const second = v128.load(at2);
  const third = v128.load(at3);
  const last = v128.load(at4);
  const two = f64x2.pmax(one, second);
  const three = f64x2.pmax(two, third);
  const falls = f64x2.pmax(f64x2.pmax(v128.load64_splat(at1, 16), v128.load64_splat(at2, 16)), f64x2.pmax(v128.load64_splat(at3, 16), v128.load64_splat(at4, 16)));
  let deepest = f64x2.extract_lane(f64x2.pmax(falls, f64x2.splat(known)), 0);
  deepest = deeper(deepest, f64x2.extract_lane(one, 0), f64x2.extract_lane(second, 1));
  deepest = deeper(deepest, f64x2.extract_lane(two, 0), f64x2.extract_lane(third, 1));
  deepest = deeper(deepest, f64x2.extract_lane(three, 0), f64x2.extract_lane(last, 1));
  const all = f64x2.pmax(three, last);
  high = f64x2.extract_lane(all, 0);
  low = -f64x2.extract_lane(all, 1);
  fall = deepest;
}

/** The larger of a fall and that from `top` to a low, given with its sign turned. */
// @ts-ignore: decorator
@inline
function deeper(known: f64, top: f64, turnedLow: f64): f64 {
  return top + known * turnedLow > 0 ? -(top / turnedLow) : known;
}
