import { type AppError, fail } from "../errors.ts";
import { ok, type Result } from "../result.ts";

/** Where in-sample windows begin: `rolling` keeps their length and moves them on, `anchored` lets all begin at the first bar. */
export const FOLD_MODES = ["rolling", "anchored"] as const;
export type FoldMode = (typeof FOLD_MODES)[number];

/** The most folds of a walk-forward. */
export const MOST_FOLDS = 1_000;

/** How a range is cut into folds; whole numbers of bars. */
export interface FoldPlan {
  readonly mode: FoldMode;
  /** At least 1. */
  readonly inSampleBars: number;
  /** At least 1. */
  readonly outOfSampleBars: number;
  /** Taken off the end of every in-sample window; below `inSampleBars`. */
  readonly purgeBars: number;
  /** Between an in-sample window, with what was purged of it, and the out-of-sample window of its fold. */
  readonly embargoBars: number;
}

/** Bars [from, to), counted from the first bar of the range. */
export interface BarWindow {
  readonly from: number;
  readonly to: number;
}

/** One step of a walk-forward: the in-sample window, then the out-of-sample window after it. */
export interface Fold {
  readonly inSample: BarWindow;
  readonly outOfSample: BarWindow;
}

/**
 * The folds of a range, oldest first. Fold k trades out of sample from bar k x outOfSampleBars + inSampleBars + embargoBars on, so that the out-of-sample
 * windows follow each other without a gap up to the last bar; the last one may be shorter. Its in-sample window ends purgeBars + embargoBars before that.
 *
 * Errors: `no_data` when not one whole fold fits, `too_costly` for more than MOST_FOLDS.
 *
 * @param bars of the range
 */
export function foldsOf(plan: FoldPlan, bars: number): Result<readonly Fold[], AppError> {
  const { mode, inSampleBars, outOfSampleBars, purgeBars, embargoBars } = plan;
  const first = inSampleBars + embargoBars;
  const needed = first + outOfSampleBars;
  if (bars < needed) {
    const parts = `in_sample_bars ${inSampleBars} + embargo_bars ${embargoBars} + out_of_sample_bars ${outOfSampleBars}`;
    return fail(
      "no_data",
      `one fold needs ${parts} = ${needed} bars, but there are ${bars}; widen the range or take shorter windows`,
    );
  }
  const count = Math.ceil((bars - first) / outOfSampleBars);
  if (count > MOST_FOLDS) {
    const message = `out_of_sample_bars ${outOfSampleBars} makes ${count} folds of ${bars} bars, the limit is ${MOST_FOLDS}; take longer windows`;
    return fail("too_costly", message, [{ path: "out_of_sample_bars", message }]);
  }
  const folds = Array.from({ length: count }, (_, k): Fold => {
    const start = k * outOfSampleBars;
    const from = start + first;
    return {
      inSample: { from: mode === "anchored" ? 0 : start, to: start + inSampleBars - purgeBars },
      outOfSample: { from, to: Math.min(from + outOfSampleBars, bars) },
    };
  });
  return ok(folds);
}
