import type { Log } from "./parts.ts";

/** One JSON line an entry, with its time; written out at the end of the turn, so that a busy server does not wait for its log. */
export function jsonLog(write: (text: string) => unknown): Log {
  let lines: string[] = [];
  return (entry) => {
    if (lines.length === 0) {
      setImmediate(() => {
        const text = lines.join("");
        lines = [];
        write(text);
      });
    }
    lines.push(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
  };
}
