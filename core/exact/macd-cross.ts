import { DoubleDouble } from "./double-double.ts";
import { NEAR_FRACTION_BY_ALPHA, nextMean } from "./ema-cross.ts";
import { ExactEma, exactAlpha } from "./exact-ema.ts";
import { meanOf } from "./mean.ts";
import { signBeyond, TIE_FRACTION } from "./tie.ts";

/**
 * Writes 1 where MACD (fast average minus slow average) is above its signal line, -1 where below, 0 where equal, for the bars
 * from `from` on that have both: states[i - from] belongs to bar i. Seeds as in the indicator; near-ties exactly; O(n).
 *
 * @param values length n, finite and > 0
 * @param states length n - from; bars before slow + signal - 2 are left as they are
 * @throws {RangeError} when fast > slow
 */
export function crossMacd(
  values: Float64Array,
  fast: number,
  slow: number,
  signal: number,
  from: number,
  states: Int8Array,
): void {
  if (fast > slow) throw new RangeError(`macd needs fast <= slow: got fast ${fast}, slow ${slow}`);
  const n = values.length;
  const first = slow + signal - 2;
  if (first >= n) return;
  const exact = new ExactMacd(values, fast, slow, signal);
  const fastAlpha = 2 / (fast + 1);
  const slowAlpha = 2 / (slow + 1);
  const signalAlpha = 2 / (signal + 1);
  // MACD errs as its averages do, and the signal line as an average of such values does, both in units of their scale.
  const nearFraction = NEAR_FRACTION_BY_ALPHA / slowAlpha + NEAR_FRACTION_BY_ALPHA / signalAlpha;
  let fastMean = meanOf(values, slow - fast, slow);
  let slowMean = meanOf(values, 0, slow);
  let signalMean = 0;
  let scaleMean = 0;
  for (let i = slow - 1; ; ) {
    const line = fastMean - slowMean;
    const scale = fastMean + slowMean;
    if (i <= first) {
      signalMean += line / signal;
      scaleMean += scale / signal;
    } else {
      signalMean = nextMean(signalMean, line, signalAlpha);
      scaleMean = nextMean(scaleMean, scale, signalAlpha);
    }
    if (i >= first && i >= from) {
      const difference = line - signalMean;
      const near = nearFraction * (scale + scaleMean);
      if (difference > near) states[i - from] = 1;
      else if (difference < -near) states[i - from] = -1;
      else states[i - from] = exact.compareAt(i);
    }
    if (++i === n) break;
    fastMean = nextMean(fastMean, values[i]!, fastAlpha);
    slowMean = nextMean(slowMean, values[i]!, slowAlpha);
  }
}

/** MACD and its signal line in double-double, on demand and carried forward from the seeds. */
class ExactMacd {
  private readonly fastMean: ExactEma;
  private readonly slowMean: ExactEma;
  private readonly signalAlpha: DoubleDouble;
  private readonly line = new DoubleDouble();
  private readonly signalMean = new DoubleDouble();
  private readonly difference = new DoubleDouble();
  private scaleMean = 0;
  private at: number;

  constructor(
    values: Float64Array,
    fast: number,
    private readonly slow: number,
    private readonly signal: number,
  ) {
    this.fastMean = new ExactEma(values, fast, slow - 1);
    this.slowMean = new ExactEma(values, slow, slow - 1);
    this.signalAlpha = exactAlpha(signal);
    this.at = slow - 2;
  }

  /**
   * The prices' own rounding (2^-53 each) moves MACD by up to 2^-53 of fast + slow average, and the signal line by as much of
   * the average of that sum; within it the two are equal.
   */
  compareAt(bar: number): -1 | 0 | 1 {
    while (this.at < bar) this.stepTo(this.at + 1);
    const scale = this.fastMean.value.hi + this.slowMean.value.hi;
    this.difference.copy(this.line).minus(this.signalMean);
    return signBeyond(this.difference, (TIE_FRACTION / 2) * (scale + this.scaleMean));
  }

  private stepTo(bar: number): void {
    const first = this.slow + this.signal - 2;
    this.line.copy(this.fastMean.moveTo(bar)).minus(this.slowMean.moveTo(bar));
    const scale = this.fastMean.value.hi + this.slowMean.value.hi;
    if (bar <= first) {
      this.signalMean.plus(this.line);
      this.scaleMean += scale / this.signal;
      if (bar === first) this.signalMean.over(this.signal);
    } else {
      this.difference.copy(this.line).minus(this.signalMean).multiply(this.signalAlpha);
      this.signalMean.plus(this.difference);
      this.scaleMean = nextMean(this.scaleMean, scale, 2 / (this.signal + 1));
    }
    this.at = bar;
  }
}
