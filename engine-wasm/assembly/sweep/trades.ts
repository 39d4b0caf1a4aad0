// A trial that is long or flat with all its equity, from the bars at which its state changes: a trade costs constant time, whatever its length. With
// slippage s and commission k a unit costs Y = open (1 + s) (1 + k) and brings X = open (1 - s) (1 - k); equity at a held close is units x close.
import { writeFigures } from "./figures";
import { bindRanges, buildInner, buildOuter, fall as deepest, high, look, low, writeEnds } from "./ranges";

/** One row a bar: 1 / Y, Y, X, X / close before - 1, close, sums up to here of r, r^2 and min(r - mar, 0)^2; then the ranges that end and begin at the bar's block. */
export const ROW_BYTES: usize = 128;
const INVERSE: usize = 0;
const COST: usize = 8;
const PROCEEDS: usize = 16;
const LEAVING: usize = 24;
const CLOSE: usize = 32;
const SHORTFALL: usize = 40;
const SUMS: usize = 48;
const FROM_BAR: usize = 64;
const TO_BAR: usize = 88;

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

/** Where a trade ends: at the open after the change, or at the last close. */
export class AtOpen {}
export class AtLastClose {}

let rows: usize = 0;
let n: i32 = 0;
let first: i32 = 0;
let positions: usize = 0;
let bars: i32 = 0;
let blockIndex: usize = 0;
let blockEnds: usize = 0;
let initial: f64 = 0;
let commission: f64 = 0;
let slippage: f64 = 0;
let closeAtEnd: bool = false;
let riskFree: f64 = 0;
let mar: f64 = 0;
let periodsPerYear: f64 = 0;

/**
 * @param nBars       bars with prices, the first `firstBar` of them before the range
 * @param rowsAt      nBars + 1 rows
 * @param positionsAt for each bar with prices where it stands among the `rangeBars` bars of the range, an i32
 * @param blockAt     for each bar with prices its block, an i8; -1 for none
 * @param endsAt      for each block the last bar with prices that belongs to it or to one before, an i32
 */
export function bindTrades(
  nBars: i32,
  firstBar: i32,
  rangeBars: i32,
  rowsAt: usize,
  positionsAt: usize,
  blockAt: usize,
  endsAt: usize,
  closesAt: usize,
  rangesAt: usize,
): void {
  n = nBars;
  first = firstBar;
  bars = rangeBars;
  rows = rowsAt;
  positions = positionsAt;
  blockIndex = blockAt;
  blockEnds = endsAt;
  bindRanges(closesAt, nBars, rangesAt);
}

export function bindCosts(cash: f64, fee: f64, slip: f64, sellsAtEnd: bool, freeRate: f64, leastReturn: f64, periods: f64): void {
  initial = cash;
  commission = fee;
  slippage = slip;
  closeAtEnd = sellsAtEnd;
  riskFree = freeRate;
  mar = leastReturn;
  periodsPerYear = periods;
}

/** Fills the rows and the ranges from the bars; done once a sweep, before any thread evaluates. The row after the last bar sells at the last close. */
export function buildTrades(opens: usize, closes: usize): void {
  let sum: f64 = 0;
  let squares: f64 = 0;
  let lost: f64 = 0;
  let before: f64 = 0;
  for (let i = 0; i < n; i++) {
    const row = rows + <usize>i * ROW_BYTES;
    const open = load<f64>(opens + (<usize>i << 3));
    const close = load<f64>(closes + (<usize>i << 3));
    const cost = open * (1 + slippage) * (1 + commission);
    const proceeds = open * (1 - slippage) * (1 - commission);
    if (i > first) {
      const r = close / before - 1;
      sum += r;
      squares += r * r;
      lost += below(r);
    }
    store<f64>(row, 1 / cost, INVERSE);
    store<f64>(row, cost, COST);
    store<f64>(row, proceeds, PROCEEDS);
    store<f64>(row, proceeds / before - 1, LEAVING);
    store<f64>(row, close, CLOSE);
    store<f64>(row, lost, SHORTFALL);
    store<f64>(row, sum, SUMS);
    store<f64>(row, squares, SUMS + 8);
    before = close;
  }
  if (n > 0) {
    const last = rowOf(n);
    const proceeds = before * (1 - slippage) * (1 - commission);
    store<f64>(last, proceeds, PROCEEDS);
    store<f64>(last, n > 1 ? proceeds / load<f64>(last - 2 * ROW_BYTES, CLOSE) - 1 : 0, LEAVING);
  }
  writeEnds(rows + FROM_BAR, rows + TO_BAR, ROW_BYTES);
  buildInner();
  buildOuter(rows + FROM_BAR, ROW_BYTES);
}

/** A record of a trial that holds nothing yet. */
export function clearRecord(record: usize, blockSums: usize): void {
  memory.fill(record, 0, RECORD_BYTES);
  memory.fill(blockSums, 0, BLOCK_SUM_BYTES);
  store<f64>(record, initial, EQUITY);
  store<f64>(record, initial, PEAK);
  store<f64>(record, 1, FALL);
  store<i32>(record, NONE, ENTERED);
  store<u32>(record, 0x811c9dc5, LEDGER);
}

// @ts-ignore: decorator
@inline
function below(r: f64): f64 {
  const short = smaller(r - mar, 0);
  return short * short;
}

/** One instruction, unlike the maximum of two scalars, which has rules for NaN and zeros. */
// @ts-ignore: decorator
@inline
function larger(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmax(f64x2.splat(a), f64x2.splat(b)), 0);
}

// @ts-ignore: decorator
@inline
function smaller(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmin(f64x2.splat(a), f64x2.splat(b)), 0);
}

// @ts-ignore: decorator
@inline
function rowOf(bar: i32): usize {
  return rows + <usize>bar * ROW_BYTES;
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

/** (r, r^2) */
// @ts-ignore: decorator
@inline
function moments(r: f64): v128 {
  const both = f64x2.splat(r);
  return f64x2.mul(both, f64x2.replace_lane(both, 0, 1.0));
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
    const exit = left + 1;
    const rowIn = rowOf(entry);
    const rowLast = rowOf(left);
    const rowOut = idof<T>() == idof<AtOpen>() ? rowLast + ROW_BYTES : rowOf(n);

    const inverse = load<f64>(rowIn, INVERSE);
    const units = equity * inverse;
    const result = load<f64>(rowOut, PROCEEDS) - load<f64>(rowIn, COST);
    doubt |= i32(abs(result) <= load<f64>(rowIn, COST) * FAINT_RESULT && commission != 0);
    const gain = units * result;
    winners += i32(result > 0);
    profit += larger(gain, 0);
    loss -= smaller(gain, 0);
    trades++;

    look(entry, left, rowIn + FROM_BAR, rowLast + TO_BAR, fall);
    fall = deepest;
    const lowest = units * low;
    if (peak > fall * lowest) fall = peak / lowest;
    peak = larger(peak, units * high);
    equity = units * load<f64>(rowOut, PROCEEDS);
    peak = larger(peak, equity);
    if (peak > fall * equity) fall = peak / equity;

    const entering = load<f64>(rowIn, CLOSE) * inverse - 1;
    const leaving = load<f64>(rowOut, LEAVING);
    lost += below(entering) + (load<f64>(rowLast, SHORTFALL) - load<f64>(rowIn, SHORTFALL)) + below(leaving);
    const sumsIn = v128.load(rowIn, SUMS);
    const sumsLast = v128.load(rowLast, SUMS);
    let block = <i32>load<i8>(blockIndex + <usize>entry);
    const last = <i32>load<i8>(blockIndex + <usize>exit);
    if (block == last) {
      add(sumsOf(block, record, blockSums), f64x2.add(f64x2.add(moments(entering), moments(leaving)), f64x2.sub(sumsLast, sumsIn)));
    } else {
      let so = f64x2.sub(sumsIn, moments(entering));
      while (block < last) {
        const here = v128.load(rowOf(max(min(load<i32>(blockEnds + (<usize>(block + 1) << 2)), left), entry)), SUMS);
        add(sumsOf(block, record, blockSums), f64x2.sub(here, so));
        so = here;
        block++;
      }
      add(sumsOf(last, record, blockSums), f64x2.add(f64x2.sub(sumsLast, so), moments(leaving)));
    }

    const from = load<i32>(positions + (<usize>entry << 2));
    const to = load<i32>(positions + (<usize>exit << 2));
    held += idof<T>() == idof<AtOpen>() ? to - from : to - from + 1;
    moved += exit - entry + 1;
    ledger = (ledger ^ <u32>(2 * from + 1)) * 0x01000193;
    ledger = (ledger ^ <u32>(2 * to)) * 0x01000193;
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
  const entry = max(entered, first) + 1;
  let open = entered >= 0 && entry < n;
  if (open && closeAtEnd && entry < n - 1) {
    store<i32>(end, n - 2);
    applyChanges<AtLastClose>(record, blockSums, end, 1, 0);
    open = false;
  } else if (open) hold(record, blockSums, entry);
  const trades = load<i32>(record, TRADES);
  let s1 = load<f64>(record, HEAD);
  let s2 = load<f64>(record, HEAD + 8);
  for (let block = 0; block < BLOCKS; block++) {
    s1 += load<f64>(blockSums + (<usize>block << 4));
    s2 += load<f64>(blockSums + (<usize>block << 4), 8);
  }
  const idle = below(0) * <f64>(bars - load<i32>(record, MOVED));
  const rounding = load<f64>(rowOf(n - 1), SUMS + 8) * sqrt(<f64>(trades + 1)) * SUM_ROUNDING;
  const equity = load<f64>(record, EQUITY);
  writeFigures(
    out,
    <f64>bars,
    s1,
    s2,
    load<f64>(record, LOST) + idle,
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
    load<i32>(record, DOUBT) != 0 || !(rounding < s2 * SURE_SHARE) || !(equity < MOST_EQUITY),
    riskFree,
    mar,
    periodsPerYear,
  );
}

/** A position from the open of `entry` to the last close; entered at the last bar and sold at its end it is a trade. */
function hold(record: usize, blockSums: usize, entry: i32): void {
  const rowIn = rowOf(entry);
  const rowLast = rowOf(n - 1);
  const inverse = load<f64>(rowIn, INVERSE);
  const before = load<f64>(record, EQUITY);
  const units = before * inverse;
  const from = load<i32>(positions + (<usize>entry << 2));
  let ledger = load<u32>(record, LEDGER);
  ledger = (ledger ^ <u32>(2 * from + 1)) * 0x01000193;
  const at = sumsOf(<i32>load<i8>(blockIndex + <usize>entry), record, blockSums);
  let peak = load<f64>(record, PEAK);
  let worst = load<f64>(record, FALL);
  let equity: f64;
  if (closeAtEnd) {
    const proceeds = load<f64>(rowLast + ROW_BYTES, PROCEEDS);
    const result = proceeds - load<f64>(rowIn, COST);
    if (abs(result) <= load<f64>(rowIn, COST) * FAINT_RESULT && commission != 0) store<i32>(record, 1, DOUBT);
    const gain = units * result;
    equity = units * proceeds;
    add(at, moments(proceeds * inverse - 1));
    store<f64>(record, load<f64>(record, LOST) + below(proceeds * inverse - 1), LOST);
    store<f64>(record, load<f64>(record, PROFIT) + larger(gain, 0), PROFIT);
    store<f64>(record, load<f64>(record, LOSS) - smaller(gain, 0), LOSS);
    store<i32>(record, load<i32>(record, TRADES) + 1, TRADES);
    store<i32>(record, load<i32>(record, WINNERS) + i32(result > 0), WINNERS);
    ledger = (ledger ^ <u32>(2 * (bars - 1))) * 0x01000193;
  } else {
    look(entry, n - 1, rowIn + FROM_BAR, rowLast + TO_BAR, worst);
    worst = deepest;
    if (peak > worst * (units * low)) worst = peak / (units * low);
    peak = larger(peak, units * high);
    equity = units * load<f64>(rowLast, CLOSE);
    const entering = load<f64>(rowIn, CLOSE) * inverse - 1;
    store<f64>(record, load<f64>(record, LOST) + below(entering) + (load<f64>(rowLast, SHORTFALL) - load<f64>(rowIn, SHORTFALL)), LOST);
    let so = f64x2.sub(v128.load(rowIn, SUMS), moments(entering));
    const last = <i32>load<i8>(blockIndex + <usize>(n - 1));
    for (let block = <i32>load<i8>(blockIndex + <usize>entry); block <= last; block++) {
      const here = v128.load(rowOf(max(min(load<i32>(blockEnds + (<usize>(block + 1) << 2)), n - 1), entry)), SUMS);
      add(sumsOf(block, record, blockSums), f64x2.sub(here, so));
      so = here;
    }
  }
  if (peak > worst * equity) worst = peak / equity;
  store<f64>(record, equity, EQUITY);
  store<f64>(record, larger(peak, equity), PEAK);
  store<f64>(record, worst, FALL);
  store<u32>(record, ledger, LEDGER);
  store<i32>(record, load<i32>(record, HELD) + bars - from, HELD);
  store<i32>(record, load<i32>(record, MOVED) + n - entry, MOVED);
}
