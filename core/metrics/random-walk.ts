import { normals } from "../random.ts";

/** A seeded equity curve that every runtime builds bit for bit. */
export interface Walk {
  readonly seed: number;
  /** Number of periods. */
  readonly n: number;
  /** Mean and standard deviation of a period's return. */
  readonly mu: number;
  readonly sigma: number;
  readonly start: number;
}

/**
 * E[0] = start, E[i] = E[i-1] * (1 + (mu + sigma * z)). Source: reference definitions, "generators".
 *
 * @returns length n + 1
 */
export function randomWalk({ seed, n, mu, sigma, start }: Walk): Float64Array {
  const next = normals(seed);
  const equity = new Float64Array(n + 1);
  let value = start;
  equity[0] = value;
  for (let i = 1; i <= n; i++) {
    value *= 1 + (mu + sigma * next());
    equity[i] = value;
  }
  return equity;
}
