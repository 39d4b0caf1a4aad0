// The same rules, products and sums in the same order as engine-ts/account.ts, where they are explained.
import {
  CASH_TOLERANCE,
  EVENT_CASH_IN_LIEU,
  EVENT_REJECTED_CASH,
  EVENT_REJECTED_SIZE,
  EVENT_SPLIT,
  REASON_SIGNAL,
  REASON_SPLIT,
  REASON_STOP,
  REASON_STOP_GAP,
  REASON_TAKE_PROFIT,
  REASON_TAKE_PROFIT_GAP,
  SIGNAL_EXIT,
  SIZING_CASH,
  SIZING_SHARES,
  TOUCH_TOLERANCE,
} from "../../core/engine/abi";
import { recordEvent, recordFill, recordTrade } from "./book";
import {
  commission,
  commissionFixed,
  fractional,
  initialCash,
  reduceOrders,
  sizing,
  sizingValue,
  slippage,
  stopLoss,
  takeProfit,
  trailingStop,
} from "./settings";

export let cash: f64 = 0;
export let position: f64 = 0;
export let entryBar: i32 = 0;
export let entryPrice: f64 = 0;
export let entryFee: f64 = 0;
export let stop: f64 = 0;
export let target: f64 = 0;
export let best: f64 = 0;
let entryNotional: f64 = 0;
let lieuGain: f64 = 0;

export function openAccount(): void {
  cash = initialCash;
  position = 0;
}

export function ignores(order: i32): bool {
  return order == SIGNAL_EXIT ? position == 0 : position * <f64>order > 0;
}

export function execute(bar: i32, order: i32, basePrice: f64): void {
  if (ignores(order)) return;
  if (position != 0) close(bar, basePrice, REASON_SIGNAL);
  if (order != SIGNAL_EXIT) open(bar, order, basePrice);
}

export function leaveOnGap(bar: i32, price: f64): void {
  if (position == 0 || entryBar == bar) return;
  if (stoppedAt(price)) close(bar, price, REASON_STOP_GAP);
  else if (targetedAt(price)) close(bar, price, REASON_TAKE_PROFIT_GAP);
}

export function leaveInside(bar: i32, price: f64, high: f64, low: f64): void {
  if (position == 0) return;
  const long = position > 0;
  if (stoppedAt(long ? low : high)) close(bar, long ? min(price, stop) : max(price, stop), REASON_STOP);
  else if (targetedAt(long ? high : low)) close(bar, long ? max(price, target) : min(price, target), REASON_TAKE_PROFIT);
}

function stoppedAt(price: f64): bool {
  return position > 0 ? price <= stop * (1.0 + TOUCH_TOLERANCE) : price >= stop * (1.0 - TOUCH_TOLERANCE);
}

function targetedAt(price: f64): bool {
  return position > 0 ? price >= target * (1.0 - TOUCH_TOLERANCE) : price <= target * (1.0 + TOUCH_TOLERANCE);
}

export function trail(high: f64, low: f64): void {
  if (trailingStop != trailingStop || position == 0) return;
  if (position > 0) {
    if (high > best) best = high;
    const level = best * (1.0 - trailingStop);
    if (level > stop) stop = level;
  } else {
    if (low < best) best = low;
    const level = best * (1.0 + trailingStop);
    if (level < stop) stop = level;
  }
}

/** What a walk over bars without events found out about the trailing stop. */
export function setTrail(extreme: f64, level: f64): void {
  best = extreme;
  stop = level;
}

export function split(bar: i32, ratio: f64, price: f64): void {
  if (position == 0) return;
  const side: f64 = position > 0 ? 1.0 : -1.0;
  const quantity = position * side * ratio;
  const kept = fractional ? quantity : wholeShares(quantity);
  entryPrice /= ratio;
  stop /= ratio;
  target /= ratio;
  best /= ratio;
  if (quantity > kept * (1.0 + CASH_TOLERANCE)) {
    const money = side * (quantity - kept) * price;
    cash += money;
    lieuGain += side * (price - entryPrice) * (quantity - kept);
    recordEvent(bar, EVENT_CASH_IN_LIEU, 0, money, kept);
  }
  position = side * kept;
  recordEvent(bar, EVENT_SPLIT, 0, ratio, kept);
  if (kept == 0) closeTrade(bar, side, 0, price, 0, REASON_SPLIT);
}

export function close(bar: i32, basePrice: f64, reason: i32): void {
  const side: f64 = position > 0 ? 1.0 : -1.0;
  const quantity = position * side;
  const slip: f64 = reason == REASON_TAKE_PROFIT || reason == REASON_TAKE_PROFIT_GAP ? 0 : slippage;
  const price = basePrice * (1.0 - side * slip);
  const notional = price * quantity;
  const fee = notional * commission + commissionFixed;
  cash = cash + side * notional - fee;
  recordFill(bar, <i32>-side, reason, quantity, basePrice, price, fee);
  closeTrade(bar, side, quantity, price, fee, reason);
  position = 0;
}

export function unrealizedPnl(mark: f64): f64 {
  const side: f64 = position > 0 ? 1.0 : -1.0;
  return side * (mark - entryPrice) * (position * side) + lieuGain - entryFee;
}

function open(bar: i32, order: i32, basePrice: f64): void {
  const side = <f64>order;
  const price = basePrice * (1.0 + side * slippage);
  const unitCost = price * (1.0 + commission);
  let quantity = quantityFor(unitCost);
  if (!fractional) quantity = wholeShares(quantity);
  let notional = price * quantity;
  let fee = notional * commission + commissionFixed;
  if (quantity > 0 && notional + fee > cash * (1.0 + CASH_TOLERANCE)) {
    if (!reduceOrders) {
      recordEvent(bar, EVENT_REJECTED_CASH, order, 0, 0);
      return;
    }
    quantity = (cash - commissionFixed) / unitCost;
    if (!fractional) quantity = wholeShares(quantity);
    notional = price * quantity;
    fee = notional * commission + commissionFixed;
  }
  if (!(quantity > 0)) {
    recordEvent(bar, EVENT_REJECTED_SIZE, order, 0, 0);
    return;
  }
  cash = cash - side * notional - fee;
  position = side * quantity;
  entryBar = bar;
  entryPrice = price;
  entryNotional = notional;
  entryFee = fee;
  lieuGain = 0;
  best = price;
  stop = stopLoss != stopLoss ? side * -Infinity : price * (1.0 - side * stopLoss);
  target = takeProfit != takeProfit ? side * Infinity : price * (1.0 + side * takeProfit);
  trail(price, price);
  recordFill(bar, order, REASON_SIGNAL, quantity, basePrice, price, fee);
}

function quantityFor(unitCost: f64): f64 {
  if (sizing == SIZING_SHARES) return sizingValue;
  if (sizing == SIZING_CASH) return (sizingValue - commissionFixed) / unitCost;
  return (sizingValue * cash - commissionFixed) / unitCost;
}

function closeTrade(bar: i32, side: f64, quantity: f64, exitPrice: f64, exitFee: f64, reason: i32): void {
  const fees = entryFee + exitFee;
  const pnl = side * (exitPrice - entryPrice) * quantity + lieuGain - fees;
  recordTrade(entryBar, bar, <i32>side, reason, quantity, entryPrice, exitPrice, fees, pnl, pnl / entryNotional);
}

function wholeShares(quantity: f64): f64 {
  return floor(quantity * (1.0 + CASH_TOLERANCE));
}
