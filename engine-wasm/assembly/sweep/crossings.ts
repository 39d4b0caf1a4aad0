// Which pairs of averages change sides at which bar: the lines are kept in order of value from bar to bar by insertion, and every swap of two neighbours is
// one pair that crosses. Bars are cut into pieces that any thread may take; what a piece finds is logged by ranges of trials, for another pass to read.
import { fastAbove } from "./exact";
import { advance, averageBytes, near, ready, start, values, windowOf } from "./lines";
import { reserve } from "./memory";

/** Trials of a range lie together in memory and are evaluated together. */
export const RANGE_BITS: i32 = 10;
const NO_TRIAL: u32 = 0xffffffff;
/** A log is a chain of chunks at multiples of their size: the next one's address, then an i32 a change: bar of the piece above, trial of the range below. */
export const CHUNK_BYTES: usize = 4096;
export const BAR_SHIFT: i32 = 16;

let count: i32 = 0;
let ranges: i32 = 0;
let pairs: usize = 0;
let order: usize = 0;
let sorted: usize = 0;
let cursors: usize = 0;
let heads: usize = 0;
let tails: usize = 0;

/**
 * @param pairsAt total x total u32: the trial of two windows, both ways round, or NO_TRIAL
 * @param logsAt  for each piece two lists of an address a range: where a log begins and where it ends
 */
export function bindCrossings(total: i32, trials: i32, pairsAt: usize, logsAt: usize, pieces: i32): void {
  count = total;
  ranges = (trials + (1 << RANGE_BITS) - 1) >>> RANGE_BITS;
  pairs = pairsAt;
  order = reserve(<f64>(total + 2) * 4);
  // One place before the first holds a value below all others.
  sorted = reserve(<f64>(total + 2) * 16) + 16;
  store<f64>(sorted - 16, -Infinity);
  cursors = reserve(<f64>ranges * 4);
  heads = logsAt;
  tails = logsAt + (<usize>(pieces * ranges) << 2);
}

/** @param averages exponential averages at the bar before, or 0 */
export function findCrossings(piece: i32, from: i32, to: i32, averages: usize): bool {
  const first = <usize>(piece * ranges) << 2;
  for (let range = 0; range < ranges; range++) {
    const chunk = reserve(<f64>CHUNK_BYTES);
    if (chunk == 0) return false;
    store<u32>(heads + first + (<usize>range << 2), <u32>chunk);
    store<u32>(cursors + (<usize>range << 2), <u32>chunk + 4);
  }
  start(from, to, averages == 0 ? 0 : averages + <usize>piece * averageBytes(count));
  let known = 0;
  if (from > 0) known = arrange<Silent>(0, from - 1, 0);
  for (let bar = from; bar < to; bar++) {
    advance(bar);
    known = arrange<Logged>(known, bar, (bar - from) << BAR_SHIFT);
    if (known < 0) return false;
  }
  memory.copy(tails + first, cursors, <usize>ranges << 2);
  return true;
}

class Silent {}
class Logged {}

/**
 * Puts the lines in order of their values at a bar. Of equal ones the longer window ranks higher, so that a fast line ranks above a slow one exactly where it is
 * above it; lines that join come in at the top.
 * @returns how many lines are in order, -1 when memory is full
 */
// @ts-ignore: decorator
@inline
function arrange<T>(known: i32, bar: i32, stamp: i32): i32 {
  for (let id = known; id < ready; id++) store<i32>(sorted + (<usize>id << 4), id, 8);
  const margin = near;
  let below = -Infinity;
  const end = sorted + (<usize>ready << 4);
  for (let place = sorted; place < end; place += 16) {
    const id = load<i32>(place, 8);
    const value = load<f64>(values + (<usize>id << 3));
    if (value - below > margin) {
      store<f64>(place, value);
      below = value;
      continue;
    }
    const row = pairs + (<usize>(id * count) << 2);
    let slot = place;
    while (true) {
      const before = slot - 16;
      const other = v128.load(before);
      const difference = value - f64x2.extract_lane(other, 0);
      if (difference > margin) break;
      const otherId = load<i32>(before, 8);
      if (difference >= -margin && staysAbove(id, otherId, bar)) break;
      if (idof<T>() == idof<Logged>()) {
        const trial = load<u32>(row + (<usize>otherId << 2));
        if (trial != NO_TRIAL) {
          const cursor = cursors + (<usize>(trial >>> RANGE_BITS) << 2);
          let to = load<u32>(cursor);
          if ((to & <u32>(CHUNK_BYTES - 1)) == 0) {
            to = extend(to);
            if (to == 0) return -1;
          }
          store<u32>(to, <u32>stamp | (trial & ((1 << RANGE_BITS) - 1)));
          store<u32>(cursor, to + 4);
        }
      }
      v128.store(slot, other);
      slot = before;
    }
    store<f64>(slot, value);
    store<i32>(slot, id, 8);
    below = load<f64>(place);
  }
  return ready;
}

function staysAbove(id: i32, other: i32, bar: i32): bool {
  return id < other ? fastAbove(windowOf(id), windowOf(other), bar) > 0 : fastAbove(windowOf(other), windowOf(id), bar) <= 0;
}

/** A new chunk behind a full one, whose end is given; the address of its first change, or 0. */
function extend(end: u32): u32 {
  const chunk = <u32>reserve(<f64>CHUNK_BYTES);
  if (chunk == 0) return 0;
  store<u32>(<usize>(end - <u32>CHUNK_BYTES), chunk);
  return chunk + 4;
}

/** Addresses of the log of a range in a piece. */
// @ts-ignore: decorator
@inline
export function logStart(piece: i32, range: i32): u32 {
  return load<u32>(heads + (<usize>(piece * ranges + range) << 2));
}

// @ts-ignore: decorator
@inline
export function logEnd(piece: i32, range: i32): u32 {
  return load<u32>(tails + (<usize>(piece * ranges + range) << 2));
}
