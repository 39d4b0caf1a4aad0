// Which series a kernel reads, as compile-time tags: returns themselves, or an equity curve whose returns are taken on the way.

export class Equity {}
export class Returns {}

/** Returns k and k + 1. */
// @ts-ignore: decorator
@inline
export function pairOf<T>(series: usize, k: i32): v128 {
  const at = series + (<usize>k << 3);
  if (idof<T>() == idof<Returns>()) return v128.load(at);
  return f64x2.sub(f64x2.div(v128.load(at, 8), v128.load(at)), f64x2.splat(1));
}

/** Return k; NaN where it is missing. */
// @ts-ignore: decorator
@inline
export function returnOf<T>(series: usize, k: i32): f64 {
  const at = series + (<usize>k << 3);
  if (idof<T>() == idof<Returns>()) return load<f64>(at);
  const before = load<f64>(at);
  return before > 0 ? load<f64>(at, 8) / before - 1 : NaN;
}
