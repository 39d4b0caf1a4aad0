import { uniforms } from "../random.ts";

/** How a series is drawn anew. */
export interface Resampling {
  readonly seed: number;
  /** Mean length of the blocks that stay together, in periods, >= 1. */
  readonly meanBlock: number;
  readonly resamples: number;
}

/**
 * The stationary bootstrap: resamples are made of blocks that begin anywhere, have geometric lengths and run on from the end of the series to its start.
 *
 * @param n number of periods, >= 1
 * @returns a function that gives the indices of the next resample, length n, in one array that it fills anew each time; all come from one stream of the seed
 * @throws {RangeError} when meanBlock is below 1
 * @see Politis and Romano, "The Stationary Bootstrap", Journal of the American Statistical Association 89, 1994
 */
export function stationaryBootstrap(n: number, { seed, meanBlock }: Omit<Resampling, "resamples">): () => Int32Array {
  if (!(meanBlock >= 1)) throw new RangeError(`meanBlock is a length from 1, got ${meanBlock}`);
  const next = uniforms(seed);
  const breaks = 1 / meanBlock;
  const indices = new Int32Array(n);
  return () => {
    let index = Math.floor(next() * n);
    for (let i = 0; i < n; i++) {
      if (i > 0) index = next() < breaks ? Math.floor(next() * n) : index + 1 < n ? index + 1 : 0;
      indices[i] = index;
    }
    return indices;
  };
}
