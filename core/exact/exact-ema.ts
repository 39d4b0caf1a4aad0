import { DoubleDouble } from "./double-double.ts";
import { exactSum } from "./mean.ts";

/** The factor 2 / (period + 1) in double-double. */
export function exactAlpha(period: number): DoubleDouble {
  return new DoubleDouble().set(2).over(period + 1);
}

/**
 * An exponential average in double-double, on demand: prev + alpha * (x - prev) from the seed, the mean of the `period` values
 * that end at `seedBar`. Ascending questions cost O(n) in all, none at all costs nothing.
 */
export class ExactEma {
  readonly value = new DoubleDouble();
  private readonly alpha: DoubleDouble;
  private readonly step = new DoubleDouble();
  private at = -1;

  /** @param values length n, finite; only read */
  constructor(
    private readonly values: Float64Array,
    private readonly period: number,
    private readonly seedBar: number,
  ) {
    this.alpha = exactAlpha(period);
  }

  /** @param bar from seedBar to n - 1, not before the bar last asked for */
  moveTo(bar: number): DoubleDouble {
    if (this.at < 0) {
      this.value.copy(exactSum(this.values, this.seedBar - this.period + 1, this.seedBar + 1)).over(this.period);
      this.at = this.seedBar;
    }
    for (let i = this.at + 1; i <= bar; i++) {
      this.step.set(this.values[i]!).minus(this.value).multiply(this.alpha);
      this.value.plus(this.step);
    }
    this.at = bar;
    return this.value;
  }
}
