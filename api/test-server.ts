import { fileURLToPath } from "node:url";
import { linesOf } from "./test-lines.ts";

const SERVER = fileURLToPath(new URL("./server.ts", import.meta.url));

/** The service as a process of its own. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process is gone, to its signal or exit code. */
  readonly ended: Promise<string>;
  kill(signal: "SIGKILL" | "SIGTERM"): void;
}

/**
 * Starts the service on a free port. Resolves when it listens.
 *
 * @param settings environment variables beside DATA_DIR
 * @throws when it ends without listening
 */
export async function startServer(dataDir: string, settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const { url, ...rest } = await startProgram([SERVER], { PORT: "0", ...settings, DATA_DIR: dataDir });
  if (url === null) throw new Error("the service does not say where it listens");
  return { ...rest, url, port: Number(new URL(url).port) };
}

/** A program of ours as a process of its own. */
export interface TestProgram extends Pick<TestServer, "pid" | "ended"> {
  /** Where it answers; null where it does not. */
  readonly url: string | null;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a program and resolves when its log says that it listens or works.
 *
 * @param settings environment variables
 * @param onLine is told what it logs
 * @throws when it ends before
 */
export async function startProgram(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  onLine: (line: string) => void = complain,
): Promise<TestProgram> {
  const child = Bun.spawn([process.execPath, ...args], {
    env: { ...process.env, NODE_ENV: "test", HOST: "127.0.0.1", LOG_REQUESTS: "0", ...settings },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = linesOf(child.stdout);
  const url = await startOf(lines, onLine);
  if (url === undefined) throw new Error(`${args.join(" ")} ended before it worked, with ${await child.exited}`);
  void drain(lines, onLine);
  return {
    url,
    pid: child.pid,
    ended: child.exited.then((code) => String(child.signalCode ?? code)),
    kill: (signal) => child.kill(signal),
  };
}

async function drain(lines: AsyncGenerator<string, undefined>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(line);
}

function complain(line: string): void {
  if (line.includes('"level":"error"')) process.stderr.write(`${line}\n`);
}

/** The address in the line that tells of the start, null in one that tells none; undefined when there is no such line to the end. */
async function startOf(
  lines: AsyncGenerator<string, undefined>,
  onLine: (line: string) => void,
): Promise<string | null | undefined> {
  for (;;) {
    const { done, value } = await lines.next();
    if (done === true) return undefined;
    onLine(value);
    if (value.includes('"message":"listening"')) return /"url":"(http:[^"]+)"/.exec(value)?.[1] ?? null;
    if (value.includes('"message":"working"')) return null;
  }
}
