import { problemOf } from "../api/http-errors.ts";
import { type AppError, appError, type ErrorCode, type Finding } from "../core/errors.ts";
import type { Terminal } from "./terminal.ts";

export const EXIT_OK = 0;
export const EXIT_OTHER = 1;
export const EXIT_BAD_INPUT = 2;
const EXIT_DATA = 3;
/** As a shell tells that Ctrl+C ended a program. */
export const EXIT_CANCELLED = 130;

/** The exit code of every expected failure. */
const EXITS: Readonly<Record<ErrorCode, number>> = {
  invalid_json: EXIT_BAD_INPUT,
  invalid_request: EXIT_BAD_INPUT,
  forbidden: EXIT_OTHER,
  not_found: EXIT_DATA,
  conflict: EXIT_OTHER,
  payload_too_large: EXIT_BAD_INPUT,
  unsupported_media_type: EXIT_BAD_INPUT,
  no_data: EXIT_DATA,
  bad_data: EXIT_DATA,
  too_costly: EXIT_BAD_INPUT,
  idempotency_mismatch: EXIT_BAD_INPUT,
  provider: EXIT_DATA,
  unavailable: EXIT_OTHER,
  provider_timeout: EXIT_DATA,
  timeout: EXIT_OTHER,
  memory: EXIT_OTHER,
  crash: EXIT_OTHER,
  internal: EXIT_OTHER,
};

/** Tells a failure and gives its exit code: sentences on stderr, or with `json` an RFC 9457 problem on stdout. */
export function reportFailure(error: AppError, terminal: Terminal, json: boolean): number {
  if (json) terminal.write(`${JSON.stringify(problemOf(error))}\n`);
  else terminal.writeError(`${sentences(error).join("\n       ")}\n`);
  return EXITS[error.code];
}

/** A bug: one line, with the stack only where it was asked for. */
export function reportBug(cause: unknown, terminal: Terminal, json: boolean, debug: boolean): number {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const detail = `internal error: ${reason.split("\n")[0]}; please report`;
  if (json) terminal.write(`${JSON.stringify(problemOf(appError("internal", detail)))}\n`);
  terminal.writeError(`${debug && cause instanceof Error ? `${cause.stack}\n` : ""}${detail}\n`);
  return EXIT_OTHER;
}

/** A request's findings speak for themselves; rows of data are told in the detail, the further ones below it. */
function sentences({ code, detail, findings }: AppError): string[] {
  const lines =
    code === "invalid_request" && findings.length > 0 ? findings.map(messageOf) : [detail, ...findings.slice(1).map(placed)];
  return lines.map((line, i) => (i === 0 ? `error: ${line}` : line));
}

function messageOf({ message }: Finding): string {
  return message;
}

function placed({ path, message }: Finding): string {
  return `${path}: ${message}`;
}
