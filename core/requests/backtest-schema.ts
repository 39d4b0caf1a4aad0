import { z } from "zod";
import { INTERVALS } from "../bars.ts";
import { shown } from "../shown.ts";
import { DIRECTIONS } from "../strategies/signals.ts";
import { choice, flag, list, number, text, time, wordsOr } from "./field.ts";

/** A symbol as it may be given: letters that become Latin ones only in upper case are none here. */
export const GIVEN_SYMBOL = /^\^?[A-Za-z0-9]{1,10}([.\-=][A-Za-z0-9]{1,5})?$/;
const LEVEL = "a fraction of the entry price above 0 (0.02 is 2 %), or null";
const level = () => number({ above: 0 }, "", LEVEL).nullable().default(null);
const money = (bounds: { above?: number; min?: number }) => number(bounds, "money");
const rate = () => number({ above: -1, max: 10 }, "annual, as a fraction").default(0);
const WARMUP = '"auto" or a whole number of bars, 0 to 1000000';
const PERIODS = "a number above 0 and at most 1000000000, or null to take it from the data";
const POINTS = '"full", "none" or a whole number, 2 to 10000000';

const SIZING = 'an object such as {"type":"percent_equity","value":1}';
const SPLIT = '{"time":"2020-08-31","ratio":4}';

const sizing = z.strictObject(
  {
    type: choice(["percent_equity", "shares", "cash"]),
    value: number({ above: 0 }).describe("a fraction of the equity (1 is all of it), a number of shares, or money"),
  },
  { error: ({ input }) => `must be ${SIZING}: got ${shown(input)}` },
);
const split = z.strictObject(
  { time: time(), ratio: number({ above: 0 }, "new shares for one old").describe("new shares for one old") },
  { error: ({ input }) => `must be an object such as ${SPLIT}: got ${shown(input)}` },
);

/** A request as it is given, aliases renamed. What it says of `strategy`, `params` and `signals` is judged by strategy-choice.ts. */
export const backtestSchema = z.strictObject({
  symbol: text("a symbol", 20)
    .meta({ pattern: GIVEN_SYMBOL.source, examples: ["AAPL", "BRK-B", "^GSPC", "EURUSD=X"] })
    .describe("What to run on, in upper or lower case. Required unless `bars` are given, then `INLINE`."),
  strategy: z.unknown().optional().describe("Which strategy runs; `signals` are the caller's own."),
  params: z.unknown().optional().describe("Parameters of the strategy by name; those left out have their default."),
  signals: z
    .unknown()
    .optional()
    .describe("With the strategy `signals` alone: one entry for each row of `bars`, taken as it stands; null is no signal."),
  direction: choice(DIRECTIONS)
    .default("long")
    .describe("Which sides may be taken: under `long` a short state is flat, and the reverse."),
  start: time()
    .nullable()
    .default(null)
    .describe(
      "First day (the whole UTC day; the exchange's day for daily Yahoo bars) or instant, included; null is from the first bar.",
    ),
  end: time().nullable().default(null).describe("Last day or instant, included; null is to the last complete bar."),
  interval: choice(INTERVALS)
    .nullable()
    .default(null)
    .describe(
      "Spacing of the bars: `1d` unless said otherwise for `yahoo`; inferred for the other sources, where another one is an error. Nothing is resampled.",
    ),
  warmup: wordsOr(["auto"], number({ min: 0, max: 1_000_000, whole: true }, "", WARMUP), WARMUP)
    .default(0)
    .describe(
      "Bars before `start` that indicators may see; signals, fills and metrics never do. `auto`: what the slowest window needs.",
    ),
  initial_cash: money({ above: 0 }).default(10_000).describe("Money at the start. Aliases: `cash`, `initial_capital`."),
  fill: choice(["next_open", "close"])
    .default("next_open")
    .describe("When a signal is filled: at the next bar's open, or at the close that made it."),
  commission: number({ min: 0, below: 1 }, "fraction of notional; 0.001 is 10 bps")
    .default(0)
    .describe("Fraction of the notional of each fill; 0.001 is 10 bps. Alias: `fees`."),
  commission_fixed: money({ min: 0 }).default(0).describe("Money for each fill."),
  slippage: number({ min: 0, below: 1 }, "fraction of price; 0.0005 is 5 bps")
    .default(0)
    .describe("Fraction of the price by which each fill is worse; 0.0005 is 5 bps."),
  sizing: sizing.default({ type: "percent_equity", value: 1 }).describe("How large a position is opened."),
  fractional: flag().default(true).describe("Whether parts of a share can be held."),
  on_insufficient_cash: choice(["reject", "reduce"])
    .default("reject")
    .describe("What happens to an order that the cash does not cover."),
  close_at_end: flag().default(false).describe("Whether an open position is closed at the last bar's close."),
  require_volume: flag().default(false).describe("Whether an order waits for a bar with volume."),
  stop_loss: level().describe("Fraction of the entry price; 0.02 is 2 %. Null: none."),
  take_profit: level().describe("Fraction of the entry price; 0.02 is 2 %. Null: none."),
  trailing_stop: level().describe("Fraction below the best price since the entry; 0.02 is 2 %. Null: none."),
  splits: list(split, `objects such as ${SPLIT}`, 1000)
    .default([])
    .describe("Splits within prices that are not adjusted for them; need `adjusted` false."),
  adjusted: flag().default(true).describe("Whether prices are, or are to be, adjusted for splits and dividends."),
  data_quality: choice(["fail", "warn"])
    .default("fail")
    .describe("Whether bad rows refuse the data, or are listed and count as missing bars."),
  risk_free: rate().describe("Annual rate, as a fraction."),
  mar: rate().describe("Minimum acceptable return: annual, as a fraction."),
  var_alpha: number({ above: 0, below: 1 }).default(0.05).describe("Tail of the value at risk, as a probability."),
  periods_per_year: number({ above: 0, max: 1e9 }, "", PERIODS)
    .nullable()
    .default(null)
    .describe("Bars a year for annualised figures; null takes it from the data."),
  year_basis: choice(["calendar", "bars"])
    .default("calendar")
    .describe("Whether years are counted by the calendar or as bars / `periods_per_year`."),
  equity_points: wordsOr(["full", "none"], number({ min: 2, max: 10_000_000, whole: true }, "", POINTS), POINTS)
    .default("full")
    .describe(
      "The equity curve in the answer: `full`, `none` (`equity_curve` is null), or at most that many points, chosen by largest triangle.",
    ),
});

/** Other names of fields. */
export const ALIASES: Readonly<Record<string, string>> = {
  cash: "initial_cash",
  initial_capital: "initial_cash",
  fees: "commission",
};

/** Fields of the objects inside a request, by the field that holds them. */
export const INNER_FIELDS: Readonly<Record<string, readonly string[]>> = { sizing: ["type", "value"], splits: ["time", "ratio"] };
