import type { Fills } from "../engine/contract.ts";
import { mean } from "../statistics/moments.ts";
import type { Metric } from "./metric.ts";

/** What one run held and traded. */
export interface Activity {
  /** Length n: equity at each bar's close, without the starting capital. */
  readonly equity: Float64Array;
  /** Bars with a position after the fills at their open. */
  readonly heldBars: number;
  readonly fills: Pick<Fills, "quantity" | "price">;
  readonly periodsPerYear: number;
}

/** Held bars over all bars; NaN without a bar. */
export function shareHeld(heldBars: number, bars: number): number {
  return heldBars / bars;
}

export const exposure: Metric<Activity> = {
  doc: "Share of bars with a position after the fills at their open; undefined without a bar.",
  unit: "fraction",
  compute: ({ heldBars, equity }) => shareHeld(heldBars, equity.length),
};

export const turnover: Metric<Activity> = {
  doc: "Price x quantity of all fills, buys and sells alike, over the mean equity at the closes; undefined when that is not positive.",
  unit: "ratio",
  compute: ({ fills, equity }) => {
    let notional = 0;
    for (let i = 0; i < fills.price.length; i++) notional += fills.price[i]! * fills.quantity[i]!;
    const book = mean(equity);
    return book > 0 ? notional / book : Number.NaN;
  },
};

export const turnoverAnn: Metric<Activity> = {
  doc: "turnover x periods per year / bars; undefined as turnover.",
  unit: "ratio",
  compute: (activity) => (turnover.compute(activity) * activity.periodsPerYear) / activity.equity.length,
};
