// One trial of a sweep with any setting, from its orders to its figures: the rules, in their order, of a single run; no equity curve, no records.
import { SIGNAL_EXIT, SIGNAL_NONE } from "../../../core/engine/abi";
import { fillCount, ledger, loss, openBook, profit, tradeCount, winners } from "../book";
import { initialCash } from "../settings";
import { bindBars, bindSplits, heldBars, marks, n, run } from "../simulate";
import { writeFigures } from "./figures";
import { reserve } from "./memory";
import { bindUnread, UNREAD_BYTES, untouchedLong, untouchedShort } from "./walk-levels";
import { bindParts, buildParts } from "./walk-parts";
import { bindSums, closeBlock, equity, least, openSums, ruined, shortfall, squares, sum, takeBar, takeFlat, takeHeld } from "./walk-sums";

/** Bytes of the sums of the blocks of one trial. */
const BLOCK_BYTES: usize = 16 * 16;

let riskFree: f64 = 0;
let mar: f64 = 0;
let periodsPerYear: f64 = 0;

let next: usize = 0;
let end: usize = 0;

/**
 * Once a sweep and thread, beside `configure`; then one thread calls `buildWalk`, before any walks. Every column is followed by 32 bytes that may be read.
 *
 * @param lastClose    n doubles for the last close at or before each bar, which every thread fills alike; not used where no bar is missing
 * @param parts        partsBytes(count), which all threads share
 * @param own          UNREAD_BYTES that only this thread writes to; 0 to have them reserved
 * @param splitsAt     pairs of doubles: bar, ratio
 * @param blockLength  bars in each of 16 blocks, the first one from `blockFirst`; 0 for none
 * @param riskFreeRate per period, as `leastAcceptable`
 */
export function bindWalk(
  count: i32,
  open: usize,
  high: usize,
  low: usize,
  close: usize,
  volume: usize,
  lastClose: usize,
  parts: usize,
  own: usize,
  splitsAt: usize,
  splitCount: i32,
  blockLength: i32,
  blockFirst: i32,
  riskFreeRate: f64,
  leastAcceptable: f64,
  yearly: f64,
): void {
  bindBars(count, open, high, low, close, volume, lastClose);
  bindParts(open, high, low, marks, parts);
  bindUnread(own == 0 ? reserve(<f64>UNREAD_BYTES) : own);
  bindSplits(splitsAt, splitCount);
  bindSums(leastAcceptable, blockLength, blockFirst);
  riskFree = riskFreeRate;
  mar = leastAcceptable;
  periodsPerYear = yearly;
}

/** Fills the parts. */
export function buildWalk(): void {
  buildParts(n);
}

/**
 * From orders to figures: those of a single run, fills and trades exactly, the others within 1e-9 of themselves unless `doubtful`.
 *
 * @param orders    `count` i32, each bar x 4 + 1 + the state wanted after its close (-1 short, 0 flat, 1 long); bars ascend, and only changes of the state are orders
 * @param blockSums for each of 16 blocks the sum of its returns and that of their squares
 * @param out       FIGURE_FIELDS doubles
 */
export function walkTrial(orders: usize, count: i32, blockSums: usize, out: usize): void {
  next = orders;
  end = orders + (<usize>count << 2);
  memory.fill(blockSums, 0, BLOCK_BYTES);
  openBook();
  openSums(initialCash, blockSums);
  run<Figures>(changetype<Figures>(0));
  closeBlock();
  writeFigures(
    out,
    <f64>n,
    sum,
    squares,
    shortfall,
    least,
    initialCash,
    equity,
    fillCount,
    tradeCount,
    winners,
    profit,
    loss,
    heldBars,
    ledger,
    ruined,
    riskFree,
    mar,
    periodsPerYear,
  );
}

/** Orders in, sums out: see `run`. */
@unmanaged
class Figures {
  nextOrder(from: i32, to: i32): i32 {
    seek(from);
    return next < end ? min(load<i32>(next) >> 2, to) : to;
  }
  orderAt(i: i32): i32 {
    seek(i);
    if (next == end || load<i32>(next) >> 2 != i) return SIGNAL_NONE;
    const side = (load<i32>(next) & 3) - 1;
    return side == 0 ? SIGNAL_EXIT : side;
  }
  bar(i: i32, value: f64): void {
    takeBar(i, value);
  }
  flat(from: i32, to: i32): i32 {
    takeFlat(from, to);
    return to;
  }
  held(from: i32, to: i32): i32 {
    return takeHeld(from, to);
  }
  long(from: i32, to: i32): i32 {
    return takeHeld(from, untouchedLong(from, to));
  }
  short(from: i32, to: i32): i32 {
    return takeHeld(from, untouchedShort(from, to));
  }
  /** The trial is doubtful, and none of its figures counts. */
  rest(from: i32): void {}
}

// @ts-ignore: decorator
@inline
function seek(bar: i32): void {
  while (next < end && load<i32>(next) >> 2 < bar) next += 4;
}
