import { SIGNAL_EXIT } from "../engine/abi.ts";
import { WANT_FLAT, WANT_LONG, WANT_SHORT } from "./strategy.ts";

/** Which sides a run may take: a state of the other side is flat. */
export const DIRECTIONS = ["long", "short", "both"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/**
 * Signals of wanted states under a direction: one SIGNAL_* a bar, none where the state is that of the bar before (flat before
 * the first bar).
 *
 * @returns length wanted.length
 */
export function signalsOf(wanted: Int8Array, direction: Direction): Int8Array {
  const n = wanted.length;
  const signals = new Int8Array(n);
  const states = wanted.byteOffset % 4 === 0 ? wanted : wanted.slice();
  // Four bars at a time: most words repeat one state, and are passed over in one comparison.
  const words = new Int32Array(states.buffer, states.byteOffset, n >> 2);
  const banned = direction === "long" ? WANT_SHORT : direction === "short" ? WANT_LONG : WANT_FLAT;
  let raw = WANT_FLAT;
  let state = WANT_FLAT;
  let repeated = 0;
  for (let word = 0; word * 4 < n; word++) {
    if (word < words.length && words[word] === repeated) continue;
    for (let i = word * 4; i < Math.min(word * 4 + 4, n); i++) {
      if (states[i] === raw) continue;
      raw = states[i]!;
      const next = raw === banned ? WANT_FLAT : raw;
      // A side and the signal that asks for it are the same number.
      if (next !== state) signals[i] = next === WANT_FLAT ? SIGNAL_EXIT : next;
      state = next;
    }
    repeated = Math.imul(raw & 0xff, 0x01010101);
  }
  return signals;
}
