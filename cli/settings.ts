import { INTERVALS } from "../core/bars.ts";
import { DIRECTIONS } from "../core/strategies/signals.ts";

/** How the text behind a flag becomes the field's value. */
export type SettingKind = "text" | "number" | "switch" | "off_switch" | "sizing" | "splits" | "signals" | "texts";

/** A flag for a field of a backtest request. What the field allows is decided where requests are parsed. */
export interface Setting {
  readonly flags: string;
  readonly field: string;
  readonly kind: SettingKind;
  readonly doc: string;
  readonly group: "data" | "strategy" | "orders" | "costs" | "figures" | "sweep" | "folds";
  /** Another name of a field: understood, not listed. */
  readonly alias?: true;
}

export const settings: readonly Setting[] = [
  {
    group: "data",
    flags: "--symbol <name>",
    field: "symbol",
    kind: "text",
    doc: "what the bars are of (with --file: from its name)",
  },
  { group: "data", flags: "--start <time>", field: "start", kind: "text", doc: "first day or instant, e.g. 2020-01-01" },
  { group: "data", flags: "--end <time>", field: "end", kind: "text", doc: "last day or instant, included" },
  {
    group: "data",
    flags: "--interval <bar>",
    field: "interval",
    kind: "text",
    doc: `${INTERVALS.join(" ")} (1d from Yahoo, else from the data)`,
  },
  {
    group: "data",
    flags: "--warmup <bars>",
    field: "warmup",
    kind: "number",
    doc: 'bars before --start that only indicators see, or "auto" (0)',
  },
  {
    group: "data",
    flags: "--split <day:ratio>",
    field: "splits",
    kind: "splits",
    doc: "a split such as 2020-08-31:4; repeatable, needs --no-adjusted",
  },
  { group: "data", flags: "--adjusted", field: "adjusted", kind: "switch", doc: "prices are adjusted for splits (default)" },
  { group: "data", flags: "--no-adjusted", field: "adjusted", kind: "off_switch", doc: "prices are as traded" },
  { group: "data", flags: "--data-quality <rule>", field: "data_quality", kind: "text", doc: "on bad bars: fail, warn (fail)" },

  {
    group: "strategy",
    flags: "--strategy <name>",
    field: "strategy",
    kind: "text",
    doc: 'required; "backgrid strategies" lists them',
  },
  {
    group: "strategy",
    flags: "--signals <path>",
    field: "signals",
    kind: "signals",
    doc: "with --strategy signals: one a line for each row of the file: long, short, exit or nothing",
  },
  { group: "strategy", flags: "--direction <sides>", field: "direction", kind: "text", doc: `${DIRECTIONS.join(", ")} (long)` },

  {
    group: "orders",
    flags: "--initial-cash <money>",
    field: "initial_cash",
    kind: "number",
    doc: "starting capital; also --cash (10000)",
  },
  { group: "orders", flags: "--cash <money>", field: "cash", kind: "number", doc: "--initial-cash", alias: true },
  {
    group: "orders",
    flags: "--initial-capital <money>",
    field: "initial_capital",
    kind: "number",
    doc: "--initial-cash",
    alias: true,
  },
  { group: "orders", flags: "--fill <when>", field: "fill", kind: "text", doc: "next_open, close (next_open)" },
  {
    group: "orders",
    flags: "--sizing <type:value>",
    field: "sizing",
    kind: "sizing",
    doc: "percent_equity:1, shares:10 or cash:2000 (percent_equity:1)",
  },
  { group: "orders", flags: "--fractional", field: "fractional", kind: "switch", doc: "parts of a share may be held (default)" },
  { group: "orders", flags: "--no-fractional", field: "fractional", kind: "off_switch", doc: "whole shares only" },
  {
    group: "orders",
    flags: "--on-insufficient-cash <how>",
    field: "on_insufficient_cash",
    kind: "text",
    doc: "reject, reduce (reject)",
  },
  {
    group: "orders",
    flags: "--close-at-end",
    field: "close_at_end",
    kind: "switch",
    doc: "close what is open at the last close",
  },
  { group: "orders", flags: "--require-volume", field: "require_volume", kind: "switch", doc: "fill only in bars with volume" },
  {
    group: "orders",
    flags: "--stop-loss <fraction>",
    field: "stop_loss",
    kind: "number",
    doc: "of the entry price; 0.02 is 2 %",
  },
  { group: "orders", flags: "--take-profit <fraction>", field: "take_profit", kind: "number", doc: "of the entry price" },
  {
    group: "orders",
    flags: "--trailing-stop <fraction>",
    field: "trailing_stop",
    kind: "number",
    doc: "below the best price since entry",
  },

  {
    group: "costs",
    flags: "--commission <fraction>",
    field: "commission",
    kind: "number",
    doc: "of notional per fill; 0.001 is 10 bps; also --fees (0)",
  },
  { group: "costs", flags: "--fees <fraction>", field: "fees", kind: "number", doc: "--commission", alias: true },
  { group: "costs", flags: "--commission-fixed <money>", field: "commission_fixed", kind: "number", doc: "per fill (0)" },
  {
    group: "costs",
    flags: "--slippage <fraction>",
    field: "slippage",
    kind: "number",
    doc: "of price per fill; 0.0005 is 5 bps (0)",
  },

  { group: "figures", flags: "--risk-free <rate>", field: "risk_free", kind: "number", doc: "annual fraction (0)" },
  { group: "figures", flags: "--mar <rate>", field: "mar", kind: "number", doc: "least acceptable annual return, fraction (0)" },
  { group: "figures", flags: "--var-alpha <tail>", field: "var_alpha", kind: "number", doc: "tail of the value at risk (0.05)" },
  {
    group: "figures",
    flags: "--periods-per-year <n>",
    field: "periods_per_year",
    kind: "number",
    doc: "annualises figures (default: from the data)",
  },
  { group: "figures", flags: "--year-basis <basis>", field: "year_basis", kind: "text", doc: "calendar, bars (calendar)" },
  {
    group: "figures",
    flags: "--equity-points <n>",
    field: "equity_points",
    kind: "number",
    doc: "in --json: full, none or at most n (full)",
  },
];
