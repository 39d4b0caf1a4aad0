import type { jsonLog } from "../api/log.ts";
import type { Terminal } from "./terminal.ts";

type Log = ReturnType<typeof jsonLog>;

/**
 * The service's log for people: a line for each request and for what else happens, errors on the second stream. That it listens is told with
 * what to try, elsewhere.
 */
export function plainLog(terminal: Terminal, now: () => Date = () => new Date()): Log {
  return (entry) => {
    if ("url" in entry) return;
    const time = now().toTimeString().slice(0, 8);
    if (entry.level === "error") terminal.writeError(`${time} error: ${worded(entry)}\n`);
    else terminal.write(`${time} ${worded(entry)}\n`);
  };
}

function worded({ message, method, route, status, ms, job_id: job }: Readonly<Record<string, unknown>>): string {
  const parts = typeof message === "string" ? [message] : [method, route, status, `${Number(ms).toFixed(1)} ms`];
  return [...parts, ...(job === undefined ? [] : [`job ${job}`])].join(" ");
}
