// A trial that is long or flat with all its equity, from the bars at which its state changes: a trade costs constant time, whatever its length. Equity at a held
// close is units x close; what else a trade needs lies in the rows of its entry and its exit.
import { LEDGER_START, ledgerOf } from "../book";
import { writeFigures } from "./figures";
import { fall as deepest, high, look, low } from "./ranges";
import {
  BLOCK,
  bars,
  below,
  blockIndex,
  blockSumsTo,
  closeAtEnd,
  COST,
  commission,
  entryOf,
  exitOf,
  FROM_BAR,
  first,
  INVERSE,
  initial,
  LOST_IN,
  LOST_OUT,
  larger,
  mar,
  n,
  PLACE,
  PROCEEDS,
  periodsPerYear,
  positions,
  riskFree,
  SUMS_IN,
  SUMS_OUT,
  smaller,
  TO_BAR,
} from "./trade-rows";

/** What is kept of a trial between two calls, then the changes that wait to be applied: their number and up to 15 bars. */
export const RECORD_BYTES: usize = 192;
export const PENDING_CHANGES: usize = 128;
export const MOST_PENDING: i32 = 15;
const EQUITY: usize = 0;
const PEAK: usize = 8;
const FALL: usize = 16;
const LOST: usize = 24;
const PROFIT: usize = 32;
const LOSS: usize = 40;
/** Sums of the bars that belong to no block. */
const HEAD: usize = 48;
const ENTERED: usize = 64;
const TRADES: usize = 68;
const WINNERS: usize = 72;
const HELD: usize = 76;
const MOVED: usize = 80;
const LEDGER: usize = 84;
const DOUBT: usize = 88;

const BLOCKS: i32 = 16;
const BLOCK_SUM_BYTES: usize = 256;
/** A result of a trade nearer to nothing than this share of its cost is left to the single run. */
const FAINT_RESULT: f64 = 1e-12;
/** Sums of a range are differences of sums from the first bar on: what they lose, for one trade, as a share of the sum of all squares. */
const SUM_ROUNDING: f64 = 4e-16;
const SURE_SHARE: f64 = 1e-11;
const MOST_EQUITY: f64 = 1e290;
const NONE: i32 = -1;

/** Where a trade ends: at the open after the change, at the last close, or not. */
export class AtOpen {}
class AtLastClose {}
class StillOpen {}

/** A record of a trial that holds nothing yet. */
export function clearRecord(record: usize, blockSums: usize): void {
  memory.fill(record, 0, RECORD_BYTES);
  memory.fill(blockSums, 0, BLOCK_SUM_BYTES);
  store<f64>(record, initial, EQUITY);
  store<f64>(record, initial, PEAK);
  store<f64>(record, 1, FALL);
  store<i32>(record, NONE, ENTERED);
  store<u32>(record, LEDGER_START, LEDGER);
}

// @ts-ignore: decorator
@inline
function sumsOf(block: i32, record: usize, blockSums: usize): usize {
  return block >= 0 ? blockSums + (<usize>block << 4) : record + HEAD;
}

// @ts-ignore: decorator
@inline
function add(at: usize, sums: v128): void {
  v128.store(at, f64x2.add(v128.load(at), sums));
}

/**
 * The next changes of a trial's state, in order; long and flat in turn, so the bars alone tell everything. A change at a bar's close fills at the open of the
 * next bar; one before the range counts as one at its first bar.
 * @param changes an i32 each: the bar in its upper bits
 * @param shift   how many lower bits belong to something else
 */
// @ts-ignore: decorator
@inline
export function applyChanges<T>(record: usize, blockSums: usize, changes: usize, count: i32, shift: i32): void {
  let entered = load<i32>(record, ENTERED);
  let equity = load<f64>(record, EQUITY);
  let peak = load<f64>(record, PEAK);
  let fall = load<f64>(record, FALL);
  let lost = load<f64>(record, LOST);
  let profit = load<f64>(record, PROFIT);
  let loss = load<f64>(record, LOSS);
  let trades = load<i32>(record, TRADES);
  let winners = load<i32>(record, WINNERS);
  let held = load<i32>(record, HELD);
  let moved = load<i32>(record, MOVED);
  let ledger = load<u32>(record, LEDGER);
  let doubt = load<i32>(record, DOUBT);
  const faint = commission == 0 ? -1.0 : FAINT_RESULT;
  let at = changes;
  const end = changes + (<usize>count << 2);
  while (at < end) {
    if (entered < 0) {
      entered = load<i32>(at) >> shift;
      at += 4;
      if (at == end) break;
    }
    const left = load<i32>(at) >> shift;
    at += 4;
    if (idof<T>() == idof<AtOpen>() && left == n - 1) break;
    const entry = max(entered, first) + 1;
    entered = NONE;
    if (left <= first) continue;
    const rowIn = entryOf(entry);
    const rowOut = exitOf(idof<T>() == idof<AtLastClose>() ? n + 1 : left + 1);

    const inverse = load<f64>(rowIn, INVERSE);
    const cost = load<f64>(rowIn, COST);
    const proceeds = load<f64>(rowOut, PROCEEDS);
    const units = equity * inverse;
    if (idof<T>() != idof<StillOpen>()) {
      const result = proceeds - cost;
      doubt |= i32(abs(result) <= cost * faint);
      winners += i32(result > 0);
      const gain = units * result;
      profit += larger(gain, 0);
      loss -= smaller(gain, 0);
      trades++;
    }

    if (idof<T>() != idof<AtLastClose>() || entry <= left) {
      look(entry, left, rowIn + FROM_BAR, rowOut + TO_BAR, fall);
      fall = deepest;
      const lowest = units * low;
      if (peak > fall * lowest) fall = peak / lowest;
      peak = larger(peak, units * high);
    }
    equity = units * proceeds;
    if (idof<T>() != idof<StillOpen>()) {
      peak = larger(peak, equity);
      if (peak > fall * equity) fall = peak / equity;
    }

    let block = <i32>load<i8>(blockIndex + <usize>entry);
    if (idof<T>() == idof<AtLastClose>() && entry > left) {
      const r = proceeds * inverse - 1;
      lost += below(r);
      add(sumsOf(block, record, blockSums), f64x2.replace_lane(f64x2.splat(r * r), 0, r));
    } else {
      const last = load<i32>(rowOut, BLOCK);
      lost += load<f64>(rowOut, LOST_OUT) - load<f64>(rowIn, LOST_IN);
      let so = v128.load(rowIn, SUMS_IN);
      for (; block < last; block++) {
        const here = v128.load(blockSumsTo + (<usize>(block + 1) << 4));
        add(sumsOf(block, record, blockSums), f64x2.sub(here, so));
        so = here;
      }
      add(sumsOf(last, record, blockSums), f64x2.sub(v128.load(rowOut, SUMS_OUT), so));
    }

    const from = load<i32>(positions + (<usize>entry << 2));
    const to = load<i32>(rowOut, PLACE);
    ledger = ledgerOf(ledger, from, true);
    if (idof<T>() != idof<StillOpen>()) ledger = ledgerOf(ledger, to, false);
    held += idof<T>() == idof<AtLastClose>() ? bars - from : to - from;
    moved += idof<T>() == idof<StillOpen>() ? n - entry : left + 2 - entry;
  }
  store<i32>(record, entered, ENTERED);
  store<f64>(record, equity, EQUITY);
  store<f64>(record, peak, PEAK);
  store<f64>(record, fall, FALL);
  store<f64>(record, lost, LOST);
  store<f64>(record, profit, PROFIT);
  store<f64>(record, loss, LOSS);
  store<i32>(record, trades, TRADES);
  store<i32>(record, winners, WINNERS);
  store<i32>(record, held, HELD);
  store<i32>(record, moved, MOVED);
  store<u32>(record, ledger, LEDGER);
  store<i32>(record, doubt, DOUBT);
}

/**
 * Ends a trial: what it still holds stays open, marked at the last close, or is sold there.
 * @param end four bytes to write to
 */
export function finishTrial(record: usize, blockSums: usize, out: usize, end: usize): void {
  const entered = load<i32>(record, ENTERED);
  const open = entered >= 0 && max(entered, first) + 1 < n;
  if (open) {
    store<i32>(end, closeAtEnd ? n - 2 : n - 1);
    if (closeAtEnd) applyChanges<AtLastClose>(record, blockSums, end, 1, 0);
    else applyChanges<StillOpen>(record, blockSums, end, 1, 0);
  }
  const trades = load<i32>(record, TRADES);
  let s1 = load<f64>(record, HEAD);
  let s2 = load<f64>(record, HEAD + 8);
  for (let block = 0; block < BLOCKS; block++) {
    s1 += load<f64>(blockSums + (<usize>block << 4));
    s2 += load<f64>(blockSums + (<usize>block << 4), 8);
  }
  const shortfall = load<f64>(record, LOST) + below(0) * <f64>(bars - load<i32>(record, MOVED));
  const rounding = sqrt(<f64>(trades + 1)) * SUM_ROUNDING;
  const allSquares = load<f64>(exitOf(n), SUMS_OUT + 8);
  const allLost = load<f64>(exitOf(n), LOST_OUT);
  const sure = allSquares * rounding < s2 * SURE_SHARE && (allLost == 0 || allLost * rounding < shortfall * SURE_SHARE);
  const equity = load<f64>(record, EQUITY);
  writeFigures(
    out,
    <f64>bars,
    s1,
    s2,
    shortfall,
    1 / load<f64>(record, FALL),
    initial,
    equity,
    2 * trades + i32(open && !closeAtEnd),
    trades,
    load<i32>(record, WINNERS),
    load<f64>(record, PROFIT),
    load<f64>(record, LOSS),
    load<i32>(record, HELD),
    load<u32>(record, LEDGER),
    load<i32>(record, DOUBT) != 0 || !sure || !(equity < MOST_EQUITY),
    riskFree,
    mar,
    periodsPerYear,
  );
}
