import type { Log } from "../parts.ts";

const QUIET_MS = 5000;

/** Logs what keeps happening while a server is away once in some seconds, with how often it happened. */
export function rareLog(log: Log, what: string): (cause: unknown) => void {
  let silentUntil = -Infinity;
  let left = 0;
  return (cause) => {
    const now = performance.now();
    left++;
    if (now < silentUntil) return;
    silentUntil = now + QUIET_MS;
    const reason = cause instanceof Error ? cause.message : String(cause);
    log({ level: "error", message: `${what}: ${reason}`, times: left });
    left = 0;
  };
}
