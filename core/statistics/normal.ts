const INVERSE_SQRT_TWO_PI = 0.3989422804014327;

/** Below this distance from 0 the series is used, above it the continued fraction: both hold full accuracy there. */
const TAIL_FROM = 1;

/** Beyond this distance from 0 a tail is less than the smallest double. */
const TAIL_END = 39;

/**
 * Density of the standard normal law. The square is split at a multiple of 1/16, whose own square is exact, so that its
 * rounding is not blown up by the exponential.
 */
function density(x: number): number {
  const coarse = Math.round(x * 16) / 16;
  const rest = x - coarse;
  return INVERSE_SQRT_TWO_PI * Math.exp((-coarse * coarse) / 2) * Math.exp(-rest * (coarse + rest / 2));
}

/** Probability between 0 and x, with the sign of x: density times the sum of x^(2k+1) / (1 * 3 * ... * (2k+1)). */
function central(x: number): number {
  const square = x * x;
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > Math.abs(sum) * 1e-17; odd += 2) {
    term *= square / odd;
    sum += term;
  }
  return density(x) * sum;
}

/**
 * Probability above x, for x >= TAIL_FROM: density over the continued fraction x + 1/(x + 2/(x + 3/...)), taken from a
 * depth at which it has settled (its error falls as exp(-2x sqrt(depth))).
 */
function upperTail(x: number): number {
  if (x > TAIL_END) return 0;
  let fraction = x;
  for (let k = 20 + Math.ceil(400 / (x * x)); k > 0; k--) fraction = x + k / fraction;
  return density(x) / fraction;
}

/**
 * Distribution function of the standard normal law: the probability of a value <= x.
 *
 * @returns 0 to 1, with the accuracy of a double relative to the smaller of the two tails; NaN for NaN
 * @see Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, 26.2.11 and 26.2.14
 */
export function normalCdf(x: number): number {
  if (x <= -TAIL_FROM) return upperTail(-x);
  if (x >= TAIL_FROM) return 1 - upperTail(x);
  return 0.5 + central(x);
}

/** More Newton steps than any start needs; the steps settle earlier. */
const MOST_STEPS = 40;

/** Adds steps to x until they are rounding. */
function newton(start: number, stepAt: (x: number) => number): number {
  let x = start;
  for (let k = 0; k < MOST_STEPS; k++) {
    const step = stepAt(x);
    x += step;
    if (Math.abs(step) <= Math.abs(x) * 1e-15) break;
  }
  return x;
}

/** Solves normalCdf(x) = p for p < 0.25 on logarithms; normalCdf(-t) <= exp(-t * t / 2) / 2 gives the start. */
function lowerInverse(p: number): number {
  return newton(-Math.sqrt(-2 * Math.log(2 * p)), (x) => {
    const tail = normalCdf(x);
    return (Math.log(p / tail) * tail) / density(x);
  });
}

/** Solves central(x) = area; |central(x)| <= |x| * density(0) gives the start. */
function centralInverse(area: number): number {
  return newton(area / INVERSE_SQRT_TWO_PI, (x) => (area - central(x)) / density(x));
}

/**
 * Inverse of the standard normal distribution function, by Newton steps from a bound on the inner side (central part) or
 * the outer side (tails) of the solution: the functions solved bend so that a step from there never overshoots.
 *
 * @param p probability, 0 < p < 1
 * @returns the x with normalCdf(x) = p, to the accuracy of a double for p >= 1e-300; NaN outside 0 < p < 1
 */
export function normalInverse(p: number): number {
  if (!(p > 0 && p < 1)) return Number.NaN;
  if (p > 0.75) return -lowerInverse(1 - p);
  return p < 0.25 ? lowerInverse(p) : centralInverse(p - 0.5);
}
