import { err } from "./result.ts";

/** One offending place of a request or of a data row; `message` holds the value found and what is allowed. */
export interface Finding {
  readonly path: string;
  readonly message: string;
}

/** The closed list of expected failures; every edge (HTTP status, exit code) maps each of them exactly once. */
export type ErrorCode =
  /** The body is no JSON, or JSON that is too deep or not well-formed text. */
  | "invalid_json"
  /** The request is wrong in itself: a field, a flag, a parameter. */
  | "invalid_request"
  /** This caller may not do this here. */
  | "forbidden"
  /** The named thing does not exist. */
  | "not_found"
  /** The thing is in a state that does not allow this. */
  | "conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  /** The request is fine, but there are no bars, or too few, to answer it. */
  | "no_data"
  /** The bars themselves are refused by the integrity gate or cannot be read. */
  | "bad_data"
  /** The work is more than this server does for one request. */
  | "too_costly"
  /** The idempotency key was used with another body. */
  | "idempotency_mismatch"
  /** The provider of market data answered with an error, or with something that is no answer. */
  | "provider"
  /** A part this process needs (an engine, a store, a place in the queue) does not work here or now. */
  | "unavailable"
  | "provider_timeout"
  /** The job took longer than a job may. */
  | "timeout"
  /** The job needed more memory than a job may. */
  | "memory"
  /** The process that ran the job died, as often as is tried. */
  | "crash"
  /** A bug. */
  | "internal";

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
