import { readFileSync } from "node:fs";
import { residentBytes } from "../../api/compute/resident.ts";

/** Clock ticks a second, as Linux counts them for every program. */
const TICKS = 100;

/** Process ids of the children of a process. */
export function childrenOf(pid: number): number[] {
  const rows = Bun.spawnSync(["ps", "-axo", "pid=,ppid=,comm="]).stdout.toString().trim().split("\n");
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, parent, command]) => parent === String(pid) && command !== "ps")
    .map(([child]) => Number(child));
}

/** MiB that lie in memory. */
export function residentMib(pid: number): number {
  return residentBytes(pid) / 2 ** 20;
}

/** Processor time spent so far, in seconds; NaN where there is no /proc. */
export function cpuSeconds(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return Number.NaN;
  }
}
