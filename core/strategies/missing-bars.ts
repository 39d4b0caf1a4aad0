import { BAR_COLUMNS, type Bars, emptyBars } from "../bars.ts";
import { countPresent, gather, presentPositions } from "../indicators/valid-bars.ts";

/**
 * Decides over the bars with prices as if the others did not exist; a missing bar keeps the state of the bar before, flat at
 * first. Without a missing bar nothing is copied.
 *
 * @param decide gets bars with prices only and the number of them before `from`; answers one state for each bar from there on
 * @throws {RangeError} when `from` is not a whole number from 0 to bars.n
 */
export function wantedOverValidBars(bars: Bars, from: number, decide: (valid: Bars, from: number) => Int8Array): Int8Array {
  const n = bars.close.length;
  if (!Number.isInteger(from) || from < 0 || from > n)
    throw new RangeError(`from must be a whole number from 0 to ${n}: got ${from}`);
  if (countPresent(bars.close) === n) return decide(bars, from);
  const positions = presentPositions(bars.close);
  const valid = emptyBars(0);
  for (const column of BAR_COLUMNS) valid[column] = gather(bars[column], positions);
  const validFrom = countPresent(bars.close.subarray(0, from));
  const decided = decide(valid, validFrom);
  const wanted = new Int8Array(n - from);
  for (let k = validFrom; k < positions.length; k++) {
    const end = k + 1 < positions.length ? positions[k + 1]! : n;
    wanted.fill(decided[k - validFrom]!, positions[k]! - from, end - from);
  }
  return wanted;
}
