import { existsSync } from "node:fs";
import { isDeadProcess } from "../process-name.ts";

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 15_000;

/**
 * What is left of these; waits some seconds for nothing to be left.
 * @param processes  names that `processName` gave while they ran: one that has ended but that nobody has asked about is gone
 */
export async function leftOf(processes: readonly string[], paths: readonly string[]): Promise<readonly string[]> {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const left = [...processes.filter((name) => !isDeadProcess(name)), ...paths.filter((path) => existsSync(path))];
    if (left.length === 0 || waitedMs >= PATIENCE_MS) return left;
    await Bun.sleep(LOOK_EVERY_MS);
  }
}
