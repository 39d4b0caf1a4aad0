/** y = factor * x ** exponent, by least squares on logarithms. */
export interface PowerLaw {
  readonly exponent: number;
  /** Share of the variance of log y that the law explains. */
  readonly explained: number;
}

/** @param points at least two different x, all x and y > 0 */
export function powerLaw(points: readonly (readonly [x: number, y: number])[]): PowerLaw {
  const xs = points.map(([x]) => Math.log(x));
  const ys = points.map(([, y]) => Math.log(y));
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const product = mean(xs.map((x, k) => (x - meanX) * (ys[k]! - meanY)));
  const spreadX = mean(xs.map((x) => (x - meanX) ** 2));
  const spreadY = mean(ys.map((y) => (y - meanY) ** 2));
  return { exponent: product / spreadX, explained: spreadY === 0 ? 1 : product ** 2 / (spreadX * spreadY) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
