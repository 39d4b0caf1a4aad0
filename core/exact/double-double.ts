/** 2^27 + 1 cuts a double into two halves of at most 26 bits, whose products are exact. */
const SPLITTER = 134217729;

/**
 * A mutable number of about 106 significant bits: the unevaluated sum hi + lo of two doubles, |lo| <= ulp(hi) / 2.
 * A sum of doubles that lie within a factor 2^40 of one another is exact. Finite values below 1e300 only.
 *
 * @see Dekker, "A Floating-Point Technique for Extending the Available Precision", Numerische Mathematik 18, 1971
 */
export class DoubleDouble {
  hi = 0;
  lo = 0;

  set(hi: number, lo = 0): this {
    this.hi = hi;
    this.lo = lo;
    return this;
  }

  copy(other: DoubleDouble): this {
    return this.set(other.hi, other.lo);
  }

  /** Adds one double. */
  add(x: number): this {
    const sum = this.hi + x;
    const shadow = sum - this.hi;
    return this.normalise(sum, this.hi - (sum - shadow) + (x - shadow) + this.lo);
  }

  /** Adds another number; the relative error stays near 2^-105 also where the two nearly cancel. */
  plus(other: DoubleDouble): this {
    return this.addParts(other.hi, other.lo);
  }

  minus(other: DoubleDouble): this {
    return this.addParts(-other.hi, -other.lo);
  }

  /** Adds x * y, the product being exact. */
  addProduct(x: number, y: number): this {
    const product = x * y;
    return this.addParts(product, productError(x, y, product));
  }

  /** Multiplies by one double. */
  times(k: number): this {
    const product = this.hi * k;
    return this.normalise(product, productError(this.hi, k, product) + this.lo * k);
  }

  multiply(other: DoubleDouble): this {
    const product = this.hi * other.hi;
    return this.normalise(product, productError(this.hi, other.hi, product) + (this.hi * other.lo + this.lo * other.hi));
  }

  /** Divides by one double other than 0. */
  over(k: number): this {
    const quotient = this.hi / k;
    const product = quotient * k;
    const rest = this.hi - product - productError(quotient, k, product) + this.lo;
    return this.normalise(quotient, rest / k);
  }

  /** The double nearest to (hi + lo) / k; leaves the number as it is. n equal values summed and divided by n give that value. */
  quotient(k: number): number {
    const quotient = this.hi / k;
    const product = quotient * k;
    return quotient + (this.hi - product - productError(quotient, k, product) + this.lo) / k;
  }

  private addParts(hi: number, lo: number): this {
    const sum = this.hi + hi;
    const shadow = sum - this.hi;
    const error = this.hi - (sum - shadow) + (hi - shadow);
    const low = this.lo + lo;
    const lowShadow = low - this.lo;
    const lowError = this.lo - (low - lowShadow) + (lo - lowShadow);
    const tail = error + low;
    const head = sum + tail;
    return this.normalise(head, tail - (head - sum) + lowError);
  }

  private normalise(hi: number, lo: number): this {
    this.hi = hi + lo;
    this.lo = lo - (this.hi - hi);
    return this;
  }
}

/** x * y - product, exactly, for product = fl(x * y). */
function productError(x: number, y: number, product: number): number {
  const xs = x * SPLITTER;
  const xh = xs - (xs - x);
  const xl = x - xh;
  const ys = y * SPLITTER;
  const yh = ys - (ys - y);
  const yl = y - yh;
  return xl * yl - (product - xh * yh - xl * yh - xh * yl);
}
