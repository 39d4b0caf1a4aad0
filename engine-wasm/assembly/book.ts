// The record of a run in columns, laid out as in core/engine/columns.ts: for each record the 8-byte columns, then 4, then 1.
// A module with threads runs sweeps: there records are only counted and summed, and no columns are bound.

const SUMMED: bool = ASC_FEATURE_THREADS;

export let fillCount: i32 = 0;
export let tradeCount: i32 = 0;
export let eventCount: i32 = 0;
/** Trades with a gain, their gains, and the losses of the others. */
export let winners: i32 = 0;
export let profit: f64 = 0;
export let loss: f64 = 0;
/** Fingerprint of the fills: `ledgerOf` of core/sweep/trials.ts. */
export let ledger: u32 = 0;
let fills: usize = 0;
let fillRows: usize = 0;
let trades: usize = 0;
let tradeRows: usize = 0;
let events: usize = 0;
let eventRows: usize = 0;

export const LEDGER_START: u32 = 0x811c9dc5;

// @ts-ignore: decorator
@inline
export function ledgerOf(before: u32, bar: i32, buy: bool): u32 {
  return (before ^ (2 * bar + i32(buy))) * 0x01000193;
}

export function openBook(): void {
  fillCount = 0;
  tradeCount = 0;
  eventCount = 0;
  winners = 0;
  profit = 0;
  loss = 0;
  ledger = LEDGER_START;
}

export function bindBook(fillsAt: usize, fillCapacity: i32, tradesAt: usize, tradeCapacity: i32, eventsAt: usize, eventCapacity: i32): void {
  fills = fillsAt;
  fillRows = fillCapacity;
  trades = tradesAt;
  tradeRows = tradeCapacity;
  events = eventsAt;
  eventRows = eventCapacity;
  openBook();
}

export function recordFill(bar: i32, side: i32, reason: i32, quantity: f64, basePrice: f64, price: f64, fee: f64): void {
  const at = <usize>(fillCount++);
  if (SUMMED) {
    ledger = ledgerOf(ledger, bar, side > 0);
    return;
  }
  const wide = fills + (at << 3);
  const column = fillRows << 3;
  store<f64>(wide, quantity);
  store<f64>(wide + column, basePrice);
  store<f64>(wide + 2 * column, price);
  store<f64>(wide + 3 * column, fee);
  const narrow = fills + 4 * column;
  store<i32>(narrow + (at << 2), bar);
  store<i8>(narrow + 4 * fillRows + at, <i8>side);
  store<u8>(narrow + 5 * fillRows + at, <u8>reason);
}

export function recordTrade(
  entryBar: i32,
  exitBar: i32,
  side: i32,
  reason: i32,
  quantity: f64,
  entryPrice: f64,
  exitPrice: f64,
  fees: f64,
  pnl: f64,
  ratio: f64,
): void {
  const at = <usize>(tradeCount++);
  if (SUMMED) {
    if (pnl > 0) {
      winners++;
      profit += pnl;
    } else if (pnl < 0) loss -= pnl;
    return;
  }
  const wide = trades + (at << 3);
  const column = tradeRows << 3;
  store<f64>(wide, quantity);
  store<f64>(wide + column, entryPrice);
  store<f64>(wide + 2 * column, exitPrice);
  store<f64>(wide + 3 * column, fees);
  store<f64>(wide + 4 * column, pnl);
  store<f64>(wide + 5 * column, ratio);
  const narrow = trades + 6 * column;
  store<i32>(narrow + (at << 2), entryBar);
  store<i32>(narrow + 4 * tradeRows + (at << 2), exitBar);
  store<i8>(narrow + 8 * tradeRows + at, <i8>side);
  store<u8>(narrow + 9 * tradeRows + at, <u8>reason);
}

export function recordEvent(bar: i32, kind: i32, signal: i32, amount: f64, quantity: f64): void {
  const at = <usize>(eventCount++);
  if (SUMMED) return;
  const wide = events + (at << 3);
  const column = eventRows << 3;
  store<f64>(wide, amount);
  store<f64>(wide + column, quantity);
  const narrow = events + 2 * column;
  store<i32>(narrow + (at << 2), bar);
  store<u8>(narrow + 4 * eventRows + at, <u8>kind);
  store<i8>(narrow + 5 * eventRows + at, <i8>signal);
}

/** Money result of closed trade `at`. */
export function pnlOf(at: i32): f64 {
  return load<f64>(trades + 4 * (tradeRows << 3) + (<usize>at << 3));
}
