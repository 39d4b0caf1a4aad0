import { existsSync, readFileSync } from "node:fs";
import { isDeadProcess, processName } from "../process-name.ts";

const LOOK_EVERY_MS = 10;

/** Kills a process and its children with SIGKILL. Resolves when all are gone. */
export async function killAll(pid: number): Promise<void> {
  // Stopped, it makes no more children, and those that end stay known until it ends too.
  process.kill(pid, "SIGSTOP");
  const pids = [pid, ...childrenOf(pid)];
  const names = pids.map((each) => processName(each));
  for (const each of pids) process.kill(each, "SIGKILL");
  while (!names.every(isDeadProcess)) await Bun.sleep(LOOK_EVERY_MS);
}

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const text = existsSync(file) ? readFileSync(file, "latin1") : Bun.spawnSync(["pgrep", "-P", String(pid)]).stdout.toString();
  return text.split(/\s+/).filter(Boolean).map(Number);
}
