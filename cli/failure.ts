import type { AppError, ErrorCode, Finding } from "../core/errors.ts";
import type { Terminal } from "./terminal.ts";

export const EXIT_OK = 0;
export const EXIT_OTHER = 1;
export const EXIT_BAD_INPUT = 2;
const EXIT_DATA = 3;

interface Edge {
  readonly exit: number;
  readonly status: number;
  /** The phrase of the HTTP status. */
  readonly title: string;
}

/** What each expected failure is at the edge: the exit code, and the status and title of its problem. */
const EDGES = {
  invalid_request: { exit: EXIT_BAD_INPUT, status: 400, title: "Bad Request" },
  no_data: { exit: EXIT_DATA, status: 422, title: "Unprocessable Content" },
  bad_data: { exit: EXIT_DATA, status: 422, title: "Unprocessable Content" },
  not_found: { exit: EXIT_DATA, status: 404, title: "Not Found" },
  unavailable: { exit: EXIT_OTHER, status: 503, title: "Service Unavailable" },
} as const satisfies Readonly<Record<ErrorCode, Edge>>;

/** Tells a failure and gives its exit code: sentences on stderr, or with `json` an RFC 9457 problem on stdout. */
export function reportFailure(error: AppError, terminal: Terminal, json: boolean): number {
  const { exit, status, title } = EDGES[error.code];
  if (json) {
    const { detail, code, findings } = error;
    terminal.write(`${JSON.stringify({ type: "about:blank", title, status, detail, code, errors: findings })}\n`);
  } else {
    terminal.writeError(`${sentences(error).join("\n       ")}\n`);
  }
  return exit;
}

/** A bug: one line, with the stack only where it was asked for. */
export function reportBug(cause: unknown, terminal: Terminal, json: boolean, debug: boolean): number {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const detail = `internal error: ${reason.split("\n")[0]}; please report`;
  if (json) {
    const problem = { type: "about:blank", title: "Internal Server Error", status: 500, detail, code: "internal", errors: [] };
    terminal.write(`${JSON.stringify(problem)}\n`);
  }
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
