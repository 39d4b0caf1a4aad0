import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { childrenOf, cpuSeconds, residentMib } from "../http/processes.ts";

const PROGRAM = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const START_MS = 20_000;
/** Clock ticks a second, as Linux counts them for every program. */
const TICKS = 100;
const STARTED = /"message":"(?:listening","url":"([^"]+)"|working")/;

/** A process of the service, by its command, with the children it has. */
export interface ServiceProcess {
  readonly pid: number;
  /** Where it listens; empty for a worker. */
  readonly url: string;
  /** Seconds of processor time so far, of the process and of its children together. */
  cpu(): { readonly self: number; readonly children: number };
  /** MiB in memory of the largest of them. */
  largestMib(): number;
  /** SIGTERM; resolves when it is gone. @throws {Error} when it does not end with 0 */
  stop(): Promise<void>;
  /** SIGKILL of the process alone; its children find out. */
  kill9(): Promise<void>;
}

/**
 * Starts `cli/main.ts <command>` with default settings but for those given; what it logs goes to a file.
 * @param flags for bun
 * @throws {Error} when it does not listen, or work, in time
 */
export async function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  logFile: string,
  flags: readonly string[] = [],
): Promise<ServiceProcess> {
  const log = openSync(logFile, "w");
  const child = Bun.spawn([process.execPath, ...flags, PROGRAM, ...args, "--json"], {
    stdin: "ignore",
    stdout: log,
    stderr: log,
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  closeSync(log);
  const { pid } = child;
  const started = await startOf(logFile, () => child.exitCode !== null);
  if (started === null) {
    child.kill("SIGKILL");
    throw new Error(`${args.join(" ")} does not start: ${readFileSync(logFile, "utf8")}`);
  }
  return {
    ...{ pid, url: started[1] ?? "" },
    cpu: () => ({ self: cpuSeconds(pid), children: sum(childrenOf(pid).map(cpuSeconds)) }),
    largestMib: () => Math.max(...[pid, ...childrenOf(pid)].map(residentMib)),
    async stop() {
      child.kill("SIGTERM");
      const code = await child.exited;
      if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${readFileSync(logFile, "utf8").slice(-2000)}`);
    },
    async kill9() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Of a process that starts others to work for it, together with them and with those that have ended. */
export function cpuOfTree(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ended = (Number(fields[13]) + Number(fields[14])) / TICKS;
  return ended + sum([pid, ...childrenOf(pid)].map(cpuSeconds).filter((seconds) => !Number.isNaN(seconds)));
}

async function startOf(logFile: string, hasEnded: () => boolean): Promise<RegExpExecArray | null> {
  for (const start = performance.now(); performance.now() - start < START_MS && !hasEnded(); await Bun.sleep(20)) {
    const found = STARTED.exec(readFileSync(logFile, "utf8"));
    if (found !== null) return found;
  }
  return null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
