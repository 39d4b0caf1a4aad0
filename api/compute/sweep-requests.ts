import type { AppError } from "../../core/errors.ts";
import { parseSweep, type SweepRequest } from "../../core/requests/sweep.ts";
import { ok, type Result } from "../../core/result.ts";

/** The request of a sweep from its JSON text. Errors: those of `parseSweep`. */
export type ParseSweepText = (text: string) => Result<SweepRequest, AppError>;

/**
 * Remembers the last request: parts of a sweep come one after another with the same text, and laying out a large grid takes as long as running a part of it.
 */
export function rememberingParser(): ParseSweepText {
  let last: { readonly text: string; readonly request: Result<SweepRequest, AppError> } | null = null;
  return (text) => {
    if (last?.text !== text) last = { text, request: parse(text) };
    return last.request;
  };
}

function parse(text: string): Result<SweepRequest, AppError> {
  const asked = parseSweep(JSON.parse(text), { barsApart: true });
  return asked.ok ? ok(asked.value.request) : asked;
}
