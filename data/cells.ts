import type { OddCell } from "../core/gate/raw-bars.ts";

const EMPTY = new Set(["", "-", "null", "none", "na", "n/a", "nat", "nan"]);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** Times, where a cell may also say that there is none. */
export function isEmptyWord(text: string): boolean {
  return EMPTY.has(text.toLowerCase());
}

/**
 * The number a cell holds, correctly rounded; NaN with `odd` unset where the cell is empty or says so (null, NA, N/A, None, -).
 * An infinity, also by overflow, is given as such; the gate judges it.
 */
export function parseNumberCell(text: string): { readonly value: number; readonly odd: OddCell["kind"] | null } {
  if (NUMBER.test(text)) return { value: Number(text), odd: null };
  if (INFINITE.test(text)) return { value: text.startsWith("-") ? -Infinity : Infinity, odd: null };
  if (!isEmptyWord(text)) return { value: Number.NaN, odd: "text" };
  return { value: Number.NaN, odd: text.toLowerCase() === "nan" ? "nan" : null };
}
