import { within } from "../within.ts";

export type CheckStatus = "ok" | "warn" | "fail" | "skipped";

/** One matter that was looked at. `detail` says what was found and, where it is wrong, what to do. */
export interface Check {
  readonly name: string;
  readonly status: CheckStatus;
  readonly detail: string;
}

export function check(name: string, status: CheckStatus, detail: string): Check {
  return { name, status, detail };
}

/** A server that takes longer counts as not reachable. */
export const PATIENCE_MS = 2000;

/** What `look` finds, or a failed check with the reason why it found nothing in time. */
export async function looked(name: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await within(PATIENCE_MS, "the server", look());
  } catch (cause) {
    return check(name, "fail", reasonOf(cause));
  }
}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** What may be shown of a server's address: all but its password, and what else may hold one. */
export function shownAddress(address: string): string {
  const { protocol, username, host, pathname } = new URL(address);
  return `${protocol}//${username === "" ? "" : `${username}@`}${host}${/^\/[\w-]+$/.test(pathname) ? pathname : ""}`;
}
