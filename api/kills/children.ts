import { readdirSync, readFileSync } from "node:fs";
import { isDeadProcess, processName } from "../process-name.ts";

/** How long a child may outlive its parent. */
const OUTLIVES_MS = 3000;

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

/** How many of these still live when they have had their time to notice that their parents are gone. */
export async function livingOf(names: ReadonlySet<string>): Promise<number> {
  const until = performance.now() + OUTLIVES_MS;
  for (;;) {
    const living = [...names].filter((name) => !isDeadProcess(name)).length;
    if (living === 0 || performance.now() > until) return living;
    await Bun.sleep(20);
  }
}
