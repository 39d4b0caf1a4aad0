/**
 * A seeded stream of uniforms in [0, 1): the generator mulberry32, in 32-bit integer arithmetic only, so that every
 * runtime draws the same numbers. Source: reference definitions, "generators".
 */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A stream close to the standard normal law, exact in doubles: the sum of 12 uniforms minus 6. */
export function normals(seed: number): () => number {
  const next = uniforms(seed);
  return () => {
    let sum = 0;
    for (let k = 0; k < 12; k++) sum += next();
    return sum - 6;
  };
}
