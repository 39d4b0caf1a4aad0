import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childrenOf, cpuSeconds, residentMib } from "./processes.ts";

const PROGRAM = fileURLToPath(new URL("../../api/server.ts", import.meta.url));
const START_MS = 20_000;

/** A server of its own, with a data folder of its own. Disposing of it sends SIGTERM, waits, and removes the folder. */
export interface BenchServer extends AsyncDisposable {
  readonly url: string;
  /** MiB of the server and of its children together. */
  memory(): { readonly server: number; readonly children: number };
  /** Seconds of processor time so far. */
  cpu(): { readonly server: number; readonly children: number };
}

/**
 * Starts `api/server.ts` with default settings, but for the address and what is given here; its log goes to a file.
 * @param env   settings, by name
 * @param flags for bun
 * @throws {Error} when it does not listen in time
 */
export async function startServer(
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-http-"));
  const logFile = join(folder, "log");
  const log = openSync(logFile, "w");
  const child = Bun.spawn([process.execPath, ...flags, PROGRAM], {
    stdin: "ignore",
    stdout: log,
    stderr: "inherit",
    env: { PATH: process.env.PATH ?? "", DATA_DIR: join(folder, "data"), PORT: "0", ...env },
  });
  closeSync(log);
  const stop = async () => {
    child.kill("SIGTERM");
    const code = await child.exited;
    rmSync(folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the server ended with ${code}`);
  };
  const url = await listening(logFile, child.exited);
  if (url === null) {
    child.kill("SIGKILL");
    await child.exited;
    const text = readFileSync(logFile, "utf8");
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`the server does not listen: ${text}`);
  }
  const both = (read: (pid: number) => number) => ({
    server: read(child.pid),
    children: childrenOf(child.pid).reduce((sum, pid) => sum + read(pid), 0),
  });
  return { url, memory: () => both(residentMib), cpu: () => both(cpuSeconds), [Symbol.asyncDispose]: stop };
}

const LISTENING = /"message":"listening","url":"([^"]+)"/;

async function listening(logFile: string, exited: Promise<number>): Promise<string | null> {
  let ended = false;
  exited.then(() => {
    ended = true;
  });
  for (const start = performance.now(); performance.now() - start < START_MS && !ended; await Bun.sleep(20)) {
    const url = LISTENING.exec(readFileSync(logFile, "utf8"))?.[1];
    if (url !== undefined) return url;
  }
  return null;
}
