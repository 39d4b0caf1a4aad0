import { REASONS } from "../../core/run/answer.ts";
import { barTime, fields, figure, type JsonSchema, list, number, type Properties, text, whole, words } from "./schema.ts";

const SIDES = ["long", "short"];

const TRADE = fields(
  {
    entry_bar: whole("Bar of the entry, counted from 0."),
    entry_time: barTime("Time of the entry's bar"),
    exit_bar: whole("Bar of the exit."),
    exit_time: barTime("Time of the exit's bar"),
    side: words(SIDES, "Which way it went."),
    quantity: number("Units, always positive.", { exclusiveMinimum: 0 }),
    entry_price: number("Price of the entry, slippage included."),
    exit_price: number("Price of the exit, slippage included."),
    fees: number("Commissions of both fills (money)."),
    pnl: number("Profit after fees (money)."),
    return: number("Profit after fees as a fraction of what the entry cost."),
    bars_held: whole("Bars from entry to exit."),
    exit_reason: words(REASONS, "Why it ended."),
  },
  { description: "From entry to exit." },
);

const OPEN_POSITION = fields(
  {
    entry_bar: whole("Bar of the entry, counted from 0."),
    entry_time: barTime("Time of the entry's bar"),
    side: words(SIDES, "Which way it goes."),
    quantity: number("Units, always positive.", { exclusiveMinimum: 0 }),
    entry_price: number("Price of the entry, slippage included."),
    entry_fee: number("Commission of the entry (money)."),
    unrealized_pnl: number("Profit at the last close (money)."),
    stop: figure("Price of the stop; null without one."),
    take_profit: figure("Price of the target; null without one."),
  },
  { description: "What is still held after the last bar." },
);

const AT: Properties = { bar: whole("Where it happened, counted from 0."), time: barTime("Time of that bar") };
const SIGNAL = words(["long", "short", "exit"], "What the signal asked for.");

function event(name: string, description: string, more: Properties = {}): JsonSchema {
  return fields({ ...AT, event: { const: name, description }, ...more });
}

const EVENT: JsonSchema = {
  description: "Something that happened beside the trades.",
  oneOf: [
    event("rejected", "An order was not filled.", {
      reason: words(["insufficient_cash", "size_zero"], "Why not."),
      side: SIGNAL,
    }),
    event("expired", "A signal found no bar to be filled at.", { reason: { const: "no_next_bar" }, signal: SIGNAL }),
    event("split", "A split changed the position.", {
      ratio: number("New shares for one old."),
      quantity: number("Units after it."),
    }),
    event("cash_in_lieu", "Money for parts of a share that a split left.", { amount: number("Money.") }),
    event("ruin", "The equity fell to zero or below; the run ended there."),
  ],
};

const POINT = fields(
  {
    time: barTime("Time of the bar"),
    equity: number("Cash and position at the bar's close (money)."),
    drawdown: number("Equity / running peak - 1, a fraction <= 0; the starting capital is part of the peak.", { maximum: 0 }),
  },
  { description: "Equity at the close of one bar. The starting capital is no point." },
);

const WARNING = fields(
  {
    code: text("Which rule found it."),
    message: text("What was found, and what was done."),
    count: whole("How often."),
    rows: list(whole("Number of a row."), "The first few rows concerned."),
  },
  { description: "A repair, an assumption or a doubt about the data." },
);

/** The entries of the lists that a result holds. */
export const recordSchemas: Properties = {
  Trade: TRADE,
  OpenPosition: OPEN_POSITION,
  TradingEvent: EVENT,
  EquityPoint: POINT,
  BarWarning: WARNING,
};
