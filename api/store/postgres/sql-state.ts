/** There was no connection, or no answer on one, in time. */
export class ConnectionTrouble extends Error {}

/** The driver's codes of a connection that could not be made or was lost. */
const LOST = /^(CONNECTION_|CONNECT_|E(CONN|HOST|NET|PIPE|NOTFOUND|AI_|TIMEDOUT))/;
const PASSING = ["40P01", "40001", "23505", "23503"];
/** The server ended the connection. */
const ENDED = /^(08|25P03|57P)/;

/** The five letters by which PostgreSQL names an error, or undefined for one that it did not send. */
export function sqlState(cause: unknown): string | undefined {
  const code = codeOf(cause);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !LOST.test(code) ? code : undefined;
}

/** A deadlock, a conflict with a transaction that was committed meanwhile, a row that came or went meanwhile: another try sees it. */
export function isPassing(cause: unknown): boolean {
  return PASSING.includes(sqlState(cause) ?? "");
}

/** A transaction that failed so was undone for certain; a connection that was lost may have been so before or after the commit. */
export function isUndone(cause: unknown): boolean {
  const state = sqlState(cause);
  return state === undefined ? !isConnectionTrouble(cause) : !ENDED.test(state);
}

function isConnectionTrouble(cause: unknown): boolean {
  return cause instanceof ConnectionTrouble || LOST.test(codeOf(cause) ?? "");
}

/** The login lacks a right. */
export function isRefused(cause: unknown): boolean {
  return sqlState(cause) === "42501";
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

/** The server is not to be had now, ended the connection or the statement, or has no room: another time may be better. */
export function isAway(cause: unknown): boolean {
  return isConnectionTrouble(cause) || /^(08|25P03|53|55P03|57)/.test(sqlState(cause) ?? "");
}
