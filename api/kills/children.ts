import { readdirSync, readFileSync } from "node:fs";
import { processName } from "../process-name.ts";

/** The children that a process has now, by process id and start. */
export function childrenOf(pid: number): string[] {
  const rows =
    process.platform === "linux" ? fromProc() : Bun.spawnSync(["ps", "-A", "-o", "pid=,ppid="]).stdout.toString().split("\n");
  return rows
    .map((row) => row.trim().split(/\s+/).map(Number))
    .flatMap(([child = 0, parent = 0]) => (parent === pid ? [processName(child)] : []));
}

/** Process id and parent's of all processes; `ps` is not everywhere. */
function fromProc(): string[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const text = readFileSync(`/proc/${name}/stat`, "latin1");
      // The name in brackets may hold anything; state and parent come after it.
      return [`${name} ${text.slice(text.lastIndexOf(")") + 2).split(" ")[1]}`];
    } catch {
      // What is no process, or ended meanwhile, has no such file.
      return [];
    }
  });
}
