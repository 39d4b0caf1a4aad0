// Numbers of about 106 significant bits as in core/exact/double-double.ts, the same operations in the same order. Every function leaves its result in
// `hi` and `lo`.

/** 2^27 + 1 cuts a double into two halves of at most 26 bits, whose products are exact. */
const SPLITTER: f64 = 134217729;

export let hi: f64 = 0;
export let lo: f64 = 0;

// @ts-ignore: decorator
@inline
function normalise(head: f64, tail: f64): void {
  hi = head + tail;
  lo = tail - (hi - head);
}

/** (aHi, aLo) plus one double. */
export function plusDouble(aHi: f64, aLo: f64, x: f64): void {
  const sum = aHi + x;
  const shadow = sum - aHi;
  normalise(sum, aHi - (sum - shadow) + (x - shadow) + aLo);
}

/** The sum of two numbers. */
export function plus(aHi: f64, aLo: f64, bHi: f64, bLo: f64): void {
  const sum = aHi + bHi;
  const shadow = sum - aHi;
  const error = aHi - (sum - shadow) + (bHi - shadow);
  const low = aLo + bLo;
  const lowShadow = low - aLo;
  const lowError = aLo - (low - lowShadow) + (bLo - lowShadow);
  const tail = error + low;
  const head = sum + tail;
  normalise(head, tail - (head - sum) + lowError);
}

/** (aHi, aLo) plus x * y, the product being exact. */
export function plusProduct(aHi: f64, aLo: f64, x: f64, y: f64): void {
  const product = x * y;
  plus(aHi, aLo, product, productError(x, y, product));
}

/** (aHi, aLo) times one double. */
export function times(aHi: f64, aLo: f64, k: f64): void {
  const product = aHi * k;
  normalise(product, productError(aHi, k, product) + aLo * k);
}

/** The product of two numbers. */
export function multiply(aHi: f64, aLo: f64, bHi: f64, bLo: f64): void {
  const product = aHi * bHi;
  normalise(product, productError(aHi, bHi, product) + (aHi * bLo + aLo * bHi));
}

/** (aHi, aLo) over one double other than 0. */
export function over(aHi: f64, aLo: f64, k: f64): void {
  const quotient = aHi / k;
  const product = quotient * k;
  const rest = aHi - product - productError(quotient, k, product) + aLo;
  normalise(quotient, rest / k);
}

/** x * y - product, exactly, for product = fl(x * y). */
// @ts-ignore: decorator
@inline
function productError(x: f64, y: f64, product: f64): f64 {
  const xs = x * SPLITTER;
  const xh = xs - (xs - x);
  const xl = x - xh;
  const ys = y * SPLITTER;
  const yh = ys - (ys - y);
  const yl = y - yh;
  return xl * yl - (product - xh * yh - xl * yh - xh * yl);
}
