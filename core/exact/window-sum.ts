import { DoubleDouble } from "./double-double.ts";

/** How the bars of a window are weighted: all by 1, or 1 for the oldest up to the period for the newest. */
export type Weighting = "equal" | "linear";

/** Sum of the weights of a window: what its weighted sum is divided by to give the average. */
export function weightOf(weighting: Weighting, period: number): number {
  return weighting === "equal" ? period : (period * (period + 1)) / 2;
}

/** A sum carried forward for this many bars is taken afresh, so that no error can build up. */
const CARRY_LIMIT = 8192;

/**
 * The weighted sum of the last `period` values in double-double, on demand: asked for bar after bar it rolls forward, asked
 * after a gap it sums the window afresh. Any ascending sequence of questions costs O(n) in all.
 */
export class WindowSum {
  /** The weighted sum of the window that ends at the bar last asked for. */
  readonly weighted = new DoubleDouble();
  private readonly plain = new DoubleDouble();
  private at = Number.NEGATIVE_INFINITY;
  private carried = 0;

  /** @param values length n, finite; only read */
  constructor(
    private readonly values: Float64Array,
    private readonly period: number,
    private readonly weighting: Weighting,
  ) {}

  /** @param bar at least period - 1 and less than n */
  moveTo(bar: number): DoubleDouble {
    const gap = bar - this.at;
    if (gap < 0 || gap >= this.period || this.carried + gap > Math.max(CARRY_LIMIT, this.period)) this.restart(bar);
    else {
      for (let i = this.at + 1; i <= bar; i++) this.roll(i);
      this.carried += gap;
    }
    this.at = bar;
    return this.weighted;
  }

  private restart(bar: number): void {
    const { values, period, plain, weighted, weighting } = this;
    plain.set(0);
    weighted.set(0);
    for (let k = 1; k <= period; k++) {
      const value = values[bar - period + k]!;
      plain.add(value);
      if (weighting === "linear") weighted.addProduct(value, k);
    }
    if (weighting === "equal") weighted.copy(plain);
    this.carried = 0;
  }

  private roll(i: number): void {
    const { values, period, plain, weighted } = this;
    const entering = values[i]!;
    const leaving = values[i - period]!;
    if (this.weighting === "linear") {
      weighted.addProduct(entering, period).minus(plain);
      plain.add(entering).add(-leaving);
    } else weighted.add(entering).add(-leaving);
  }
}
