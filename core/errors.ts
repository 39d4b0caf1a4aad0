import { err } from "./result.ts";

/** One offending place of a request or of a data row; `message` holds the value found and what is allowed. */
export interface Finding {
  readonly path: string;
  readonly message: string;
}

/** The closed list of expected failures; every edge (HTTP status, exit code) maps each of them exactly once. */
export type ErrorCode =
  /** The request is wrong in itself: a field, a flag, a parameter. */
  | "invalid_request"
  /** The request is fine, but there are no bars, or too few, to answer it. */
  | "no_data"
  /** The bars themselves are refused by the integrity gate or cannot be read. */
  | "bad_data"
  /** The named thing does not exist. */
  | "not_found"
  /** A part this process needs (an engine, a file system) does not work here. */
  | "unavailable";

/** An expected failure: what went wrong in one sentence, and every offending place. */
export interface AppError {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly findings: readonly Finding[];
}

export function appError(code: ErrorCode, detail: string, findings: readonly Finding[] = []): AppError {
  return { code, detail, findings };
}

/** Shorthand for the failing branch of a Result. */
export function fail(
  code: ErrorCode,
  detail: string,
  findings: readonly Finding[] = [],
): { readonly ok: false; readonly error: AppError } {
  return err(appError(code, detail, findings));
}
