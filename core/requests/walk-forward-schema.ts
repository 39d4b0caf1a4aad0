import { z } from "zod";
import { FOLD_MODES } from "../sweep/folds.ts";
import { backtestSchema } from "./backtest-schema.ts";
import { choice, number } from "./field.ts";

/** The fields that a walk-forward has besides those of a sweep. */
export const walkForwardSchema = z.object({
  mode: choice(FOLD_MODES)
    .default("rolling")
    .describe("Whether in-sample windows keep their length and move on (`rolling`), or all begin at the first bar (`anchored`)."),
  in_sample_bars: number({ min: 1, whole: true }, "bars").describe(
    "Bars of the first in-sample window, on which the parameters are chosen; of every one under `rolling`.",
  ),
  out_of_sample_bars: number({ min: 1, whole: true }, "bars").describe(
    "Bars of an out-of-sample window, on which the chosen parameters trade; the next fold comes as many bars later.",
  ),
  purge_bars: number({ min: 0, whole: true }, "bars")
    .default(0)
    .describe("Bars taken off the end of every in-sample window; fewer than `in_sample_bars`."),
  embargo_bars: number({ min: 0, whole: true }, "bars")
    .default(0)
    .describe(
      "Bars between an in-sample window and its out-of-sample window, left unused by the fold; they may enter later ones.",
    ),
  equity_points: backtestSchema.shape.equity_points,
});
