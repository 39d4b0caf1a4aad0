// An average of closes as a column. Good to 2.2e-12 of the highest close, or as its recurrence for exponential ones: closer calls are for `fastAbove`.
import { hi } from "./double-double";
import { SIMPLE, WEIGHTED } from "./exact";
import { mean } from "./macd-exact";

/** Bars between two fresh sums: see core/exact/window-cross.ts. */
const SIMPLE_BLOCK: i32 = 4096;
const WEIGHTED_BLOCK: i32 = 2048;

/** @param out n doubles; those before bar window - 1 are NaN */
export function averageLine(kind: i32, closes: usize, n: i32, window: i32, out: usize): void {
  const first = min(window - 1, n);
  for (let i = 0; i < first; i++) store<f64>(out + (<usize>i << 3), NaN);
  if (first == n) return;
  if (kind == SIMPLE) simple(closes, n, window, out);
  else if (kind == WEIGHTED) weighted(closes, n, window, out);
  else exponential(closes, n, window, out);
}

function simple(closes: usize, n: i32, window: i32, out: usize): void {
  const count = <f64>window;
  for (let start = window - 1; start < n; start += SIMPLE_BLOCK) {
    let sum: f64 = 0;
    for (let i = start - window + 1; i <= start; i++) sum += at(closes, i);
    store<f64>(out + (<usize>start << 3), sum / count);
    const end = min(start + SIMPLE_BLOCK, n);
    for (let i = start + 1; i < end; i++) {
      sum += at(closes, i) - at(closes, i - window);
      store<f64>(out + (<usize>i << 3), sum / count);
    }
  }
}

function weighted(closes: usize, n: i32, window: i32, out: usize): void {
  const weight = (<f64>window * (<f64>window + 1)) / 2;
  const block = min(<i32>Math.floor(sqrt(4000.0 * <f64>(window + 1))), WEIGHTED_BLOCK);
  for (let start = window - 1; start < n; start += block) {
    let sum: f64 = 0;
    let total: f64 = 0;
    for (let k = 1; k <= window; k++) {
      const price = at(closes, start - window + k);
      sum += price;
      total += price * <f64>k;
    }
    store<f64>(out + (<usize>start << 3), total / weight);
    const end = min(start + block, n);
    for (let i = start + 1; i < end; i++) {
      const price = at(closes, i);
      total += <f64>window * price - sum;
      sum += price - at(closes, i - window);
      store<f64>(out + (<usize>i << 3), total / weight);
    }
  }
}

function exponential(closes: usize, n: i32, window: i32, out: usize): void {
  mean(closes, 0, window);
  let value = hi;
  store<f64>(out + (<usize>(window - 1) << 3), value);
  const alpha = 2 / (<f64>window + 1);
  for (let i = window; i < n; i++) {
    value = window == 1 ? at(closes, i) : value + alpha * (at(closes, i) - value);
    store<f64>(out + (<usize>i << 3), value);
  }
}

// @ts-ignore: decorator
@inline
function at(column: usize, i: i32): f64 {
  return load<f64>(column + (<usize>i << 3));
}
