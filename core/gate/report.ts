import { type AppError, type Finding, fail } from "../errors.ts";
import type { BarWarning } from "./raw-bars.ts";
import type { Breach, GateSeries } from "./rule.ts";

/** How many offending rows a message names. */
export const FIRST_FEW = 5;

/** A breach and the code of the rule that found it. */
export interface CodedBreach {
  readonly code: string;
  readonly breach: Breach;
}

/** One error for all refusing breaches: the first rows of each rule, each row once. */
export function refusal(refused: readonly CodedBreach[], series: GateSeries): { readonly ok: false; readonly error: AppError } {
  const findings = new Map<string, Finding>();
  const rows = new Set<number>();
  for (const { breach } of refused) {
    let named = 0;
    for (const position of breach.positions) {
      if (!rows.has(position) && named++ < FIRST_FEW) {
        const path = series.nameOf(position);
        findings.set(path, { path, message: breach.describe(position) });
      }
      rows.add(position);
    }
  }
  const first = [...findings.values()][0]!;
  const others = rows.size > 1 ? ` (${rows.size} such rows in all)` : "";
  const summary = refused.map(({ breach }) => breach.summary).join("; ");
  return fail("bad_data", `${first.path}: ${first.message}${others}. ${summary}`, [...findings.values()]);
}

export function warningOf({ code, breach }: CodedBreach, series: GateSeries): BarWarning {
  const first = breach.positions[0]!;
  const treated = breach.effect === "missing" ? "; these bars are treated as missing" : "";
  return {
    code,
    message: `${breach.summary}${treated}; first: ${series.nameOf(first)}: ${breach.describe(first)}`,
    count: breach.positions.length,
    rows: breach.positions.slice(0, FIRST_FEW).map(series.numberOf),
  };
}
