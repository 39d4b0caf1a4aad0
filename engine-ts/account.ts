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
  TOUCH_TOLERANCE,
} from "../core/engine/abi.ts";
import { type Capacity, copyRows, EVENT_COLUMNS, FILL_COLUMNS, TRADE_COLUMNS, zeroColumns } from "../core/engine/columns.ts";
import type { Events, Execution, Fills, OpenPosition, Trades } from "../core/engine/contract.ts";

/**
 * Cash, one position and the record of what happened to them: every rule that moves money is a method here, and the order
 * of the rules within a bar is in simulate.ts. Every product and sum stands in the order that
 * engine-wasm/assembly/account.ts repeats.
 */
export class Account {
  cash: number;
  /** Units held, negative when short. */
  position = 0;
  private entryBar = 0;
  private entryPrice = 0;
  private entryNotional = 0;
  private entryFee = 0;
  /** Gain on fractions of a share that splits paid out in cash. */
  private lieuGain = 0;
  /** Best price since entry, for the trailing stop. */
  private best = 0;
  /** Level in force; an infinity that no price reaches where there is none. */
  private stop = 0;
  private target = 0;

  private readonly fills;
  private readonly trades;
  private readonly events;
  private fillCount = 0;
  private tradeCount = 0;
  private eventCount = 0;

  constructor(
    private readonly execution: Execution,
    rows: Capacity,
  ) {
    this.cash = execution.initialCash;
    this.fills = zeroColumns(FILL_COLUMNS, rows.fills);
    this.trades = zeroColumns(TRADE_COLUMNS, rows.trades);
    this.events = zeroColumns(EVENT_COLUMNS, rows.events);
  }

  /** True when the order would change nothing: the side is held already, or there is nothing to leave. */
  ignores(order: number): boolean {
    return order === SIGNAL_EXIT ? this.position === 0 : this.position * order > 0;
  }

  /** Fills an order at a price: closes what is held, then opens the other side. */
  execute(bar: number, order: number, basePrice: number): void {
    if (this.ignores(order)) return;
    if (this.position !== 0) this.close(bar, basePrice, REASON_SIGNAL);
    if (order !== SIGNAL_EXIT) this.open(bar, order, basePrice);
  }

  /** At the open: a position held from before leaves at the open where that lies at or beyond its stop or target. */
  leaveOnGap(bar: number, open: number): void {
    if (this.position === 0 || this.entryBar === bar) return;
    if (this.stoppedAt(open)) this.close(bar, open, REASON_STOP_GAP);
    else if (this.targetedAt(open)) this.close(bar, open, REASON_TAKE_PROFIT_GAP);
  }

  /** Inside the bar: the stop, else the target; a level that the open of an entry bar already lies beyond fills at that open. */
  leaveInside(bar: number, open: number, high: number, low: number): void {
    if (this.position === 0) return;
    const { stop, target } = this;
    const long = this.position > 0;
    if (this.stoppedAt(long ? low : high)) this.close(bar, long ? Math.min(open, stop) : Math.max(open, stop), REASON_STOP);
    else if (this.targetedAt(long ? high : low)) {
      this.close(bar, long ? Math.max(open, target) : Math.min(open, target), REASON_TAKE_PROFIT);
    }
  }

  /** End of bar: the trailing level follows the extreme of the bar and never loosens. */
  trail(high: number, low: number): void {
    const { trailingStop } = this.execution;
    if (trailingStop === null || this.position === 0) return;
    if (this.position > 0) {
      if (high > this.best) this.best = high;
      const level = this.best * (1 - trailingStop);
      if (level > this.stop) this.stop = level;
    } else {
      if (low < this.best) this.best = low;
      const level = this.best * (1 + trailingStop);
      if (level < this.stop) this.stop = level;
    }
  }

  /** Before the open: `ratio` new shares for one old; of whole shares the fraction is paid in cash at `price`. */
  split(bar: number, ratio: number, price: number): void {
    if (this.position === 0) return;
    const side = this.position > 0 ? 1 : -1;
    const quantity = this.position * side * ratio;
    const kept = this.execution.fractional ? quantity : wholeShares(quantity);
    this.entryPrice /= ratio;
    this.stop /= ratio;
    this.target /= ratio;
    this.best /= ratio;
    if (quantity > kept * (1 + CASH_TOLERANCE)) {
      const money = side * (quantity - kept) * price;
      this.cash += money;
      this.lieuGain += side * (price - this.entryPrice) * (quantity - kept);
      this.event(bar, EVENT_CASH_IN_LIEU, 0, money, kept);
    }
    this.position = side * kept;
    this.event(bar, EVENT_SPLIT, 0, ratio, kept);
    if (kept === 0) this.recordTrade(bar, side, 0, price, 0, REASON_SPLIT);
  }

  /** Sells or buys back all that is held; targets fill without slippage, everything else with it. */
  close(bar: number, basePrice: number, reason: number): void {
    const { commission, commissionFixed, slippage } = this.execution;
    const side = this.position > 0 ? 1 : -1;
    const quantity = this.position * side;
    const slip = reason === REASON_TAKE_PROFIT || reason === REASON_TAKE_PROFIT_GAP ? 0 : slippage;
    const price = basePrice * (1 - side * slip);
    const notional = price * quantity;
    const fee = notional * commission + commissionFixed;
    this.cash = this.cash + side * notional - fee;
    this.fill(bar, -side, reason, quantity, basePrice, price, fee);
    this.recordTrade(bar, side, quantity, price, fee, reason);
    this.position = 0;
  }

  event(bar: number, kind: number, signal: number, amount: number, quantity: number): void {
    const at = this.eventCount++;
    this.events.bar[at] = bar;
    this.events.kind[at] = kind;
    this.events.signal[at] = signal;
    this.events.amount[at] = amount;
    this.events.quantity[at] = quantity;
  }

  record(): { readonly fills: Fills; readonly trades: Trades; readonly events: Events } {
    return {
      fills: copyRows(FILL_COLUMNS, this.fills, this.fillCount),
      trades: copyRows(TRADE_COLUMNS, this.trades, this.tradeCount),
      events: copyRows(EVENT_COLUMNS, this.events, this.eventCount),
    };
  }

  openPosition(mark: number): OpenPosition | null {
    if (this.position === 0) return null;
    const side = this.position > 0 ? 1 : -1;
    const quantity = this.position * side;
    return {
      entryBar: this.entryBar,
      side,
      quantity,
      entryPrice: this.entryPrice,
      entryFee: this.entryFee,
      unrealizedPnl: side * (mark - this.entryPrice) * quantity + this.lieuGain - this.entryFee,
      stop: Number.isFinite(this.stop) ? this.stop : Number.NaN,
      takeProfit: Number.isFinite(this.target) ? this.target : Number.NaN,
    };
  }

  private stoppedAt(price: number): boolean {
    return this.position > 0 ? price <= this.stop * (1 + TOUCH_TOLERANCE) : price >= this.stop * (1 - TOUCH_TOLERANCE);
  }

  private targetedAt(price: number): boolean {
    return this.position > 0 ? price >= this.target * (1 - TOUCH_TOLERANCE) : price <= this.target * (1 + TOUCH_TOLERANCE);
  }

  private open(bar: number, side: number, basePrice: number): void {
    const { commission, commissionFixed, slippage, fractional, stopLoss, takeProfit, trailingStop } = this.execution;
    const price = basePrice * (1 + side * slippage);
    const unitCost = price * (1 + commission);
    let quantity = this.quantityFor(unitCost);
    if (!fractional) quantity = wholeShares(quantity);
    let notional = price * quantity;
    let fee = notional * commission + commissionFixed;
    if (quantity > 0 && notional + fee > this.cash * (1 + CASH_TOLERANCE)) {
      if (this.execution.onInsufficientCash === "reject") {
        this.event(bar, EVENT_REJECTED_CASH, side, 0, 0);
        return;
      }
      quantity = (this.cash - commissionFixed) / unitCost;
      if (!fractional) quantity = wholeShares(quantity);
      notional = price * quantity;
      fee = notional * commission + commissionFixed;
    }
    if (!(quantity > 0)) {
      this.event(bar, EVENT_REJECTED_SIZE, side, 0, 0);
      return;
    }
    this.cash = this.cash - side * notional - fee;
    this.position = side * quantity;
    this.entryBar = bar;
    this.entryPrice = price;
    this.entryNotional = notional;
    this.entryFee = fee;
    this.lieuGain = 0;
    this.best = price;
    this.stop = stopLoss === null ? side * Number.NEGATIVE_INFINITY : price * (1 - side * stopLoss);
    this.target = takeProfit === null ? side * Number.POSITIVE_INFINITY : price * (1 + side * takeProfit);
    if (trailingStop !== null) this.trail(price, price);
    this.fill(bar, side, REASON_SIGNAL, quantity, basePrice, price, fee);
  }

  private quantityFor(unitCost: number): number {
    const { sizing, commissionFixed } = this.execution;
    switch (sizing.type) {
      case "shares":
        return sizing.value;
      case "cash":
        return (sizing.value - commissionFixed) / unitCost;
      case "percent_equity":
        return (sizing.value * this.cash - commissionFixed) / unitCost;
    }
  }

  private fill(bar: number, side: number, reason: number, quantity: number, basePrice: number, price: number, fee: number): void {
    const at = this.fillCount++;
    this.fills.bar[at] = bar;
    this.fills.side[at] = side;
    this.fills.reason[at] = reason;
    this.fills.quantity[at] = quantity;
    this.fills.basePrice[at] = basePrice;
    this.fills.price[at] = price;
    this.fills.fee[at] = fee;
  }

  private recordTrade(bar: number, side: number, quantity: number, exitPrice: number, exitFee: number, reason: number): void {
    const at = this.tradeCount++;
    const fees = this.entryFee + exitFee;
    const pnl = side * (exitPrice - this.entryPrice) * quantity + this.lieuGain - fees;
    this.trades.entryBar[at] = this.entryBar;
    this.trades.exitBar[at] = bar;
    this.trades.side[at] = side;
    this.trades.reason[at] = reason;
    this.trades.quantity[at] = quantity;
    this.trades.entryPrice[at] = this.entryPrice;
    this.trades.exitPrice[at] = exitPrice;
    this.trades.fees[at] = fees;
    this.trades.pnl[at] = pnl;
    this.trades.return[at] = pnl / this.entryNotional;
  }
}

/** Rounded down to whole shares; a number that misses a whole one by rounding alone counts as that one. */
function wholeShares(quantity: number): number {
  return Math.floor(quantity * (1 + CASH_TOLERANCE));
}
