/**
 * Positions of at most `count` points that keep the look of a curve: largest triangle three buckets. First and last stay.
 *
 * @param values length n
 * @param count  >= 2
 * @returns ascending positions; all of them when n <= count
 * @see Steinarsson, "Downsampling Time Series for Visual Representation", University of Iceland 2013
 */
export function thin(values: Float64Array, count: number): number[] {
  const n = values.length;
  if (n <= count) return Array.from(values, (_, i) => i);
  if (count === 2) return [0, n - 1];
  const kept = [0];
  const width = (n - 2) / (count - 2);
  for (let bucket = 0; bucket < count - 2; bucket++) {
    const from = 1 + Math.floor(bucket * width);
    const to = 1 + Math.floor((bucket + 1) * width);
    const end = Math.min(1 + Math.floor((bucket + 2) * width), n);
    const nextX = (to + end - 1) / 2;
    let nextY = 0;
    for (let i = to; i < end; i++) nextY += values[i]! / (end - to);
    const left = kept[kept.length - 1]!;
    let best = from;
    let largest = -1;
    for (let i = from; i < to; i++) {
      const area = Math.abs((left - nextX) * (values[i]! - values[left]!) - (left - i) * (nextY - values[left]!));
      if (area > largest) {
        largest = area;
        best = i;
      }
    }
    kept.push(best);
  }
  kept.push(n - 1);
  return kept;
}
