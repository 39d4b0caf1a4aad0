import { count } from "./report/numbers.ts";
import type { Terminal } from "./terminal.ts";

const BAR = 24;
/** Work that is done before this shows no bar. */
const PATIENCE_MS = 300;
const REDRAW_MS = 100;

/** A bar on the error stream; nothing is written where no person reads it. */
export interface Progress {
  readonly update: (done: number, total: number) => void;
  /** Takes the bar away. */
  readonly clear: () => void;
}

/** @param nowMs a clock that never runs backwards */
export function progressOf(
  { writeError, interactiveErrors, columns }: Pick<Terminal, "writeError" | "interactiveErrors" | "columns">,
  nowMs: () => number,
): Progress {
  const startMs = nowMs();
  let drawnMs: number | null = null;
  return {
    update(done, total) {
      const now = nowMs();
      if (interactiveErrors !== true || now - startMs < PATIENCE_MS || (drawnMs !== null && now - drawnMs < REDRAW_MS)) return;
      drawnMs = now;
      writeError(`\r${barLine(done, total, now - startMs).slice(0, columns - 1)}\x1b[K`);
    },
    clear() {
      if (drawnMs !== null) writeError("\r\x1b[K");
      drawnMs = null;
    },
  };
}

/** How far it is, how much of how much, and how long the rest takes at the speed so far. */
export function barLine(done: number, total: number, elapsedMs: number): string {
  const part = total > 0 ? done / total : 1;
  const full = Math.floor(part * BAR);
  const left = done > 0 ? `, ${duration((elapsedMs / done) * (total - done))} left` : "";
  const bar = "█".repeat(full) + "░".repeat(BAR - full);
  return `${bar} ${Math.floor(part * 100)} %  ${count(done)} of ${count(total)} trials${left}`;
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
