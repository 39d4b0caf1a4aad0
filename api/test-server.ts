import { fileURLToPath } from "node:url";

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
  const child = Bun.spawn([process.execPath, SERVER], {
    env: { ...process.env, NODE_ENV: "test", HOST: "127.0.0.1", PORT: "0", LOG_REQUESTS: "0", ...settings, DATA_DIR: dataDir },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = linesOf(child.stdout);
  const url = await urlIn(lines);
  if (url === null) throw new Error(`the service ended before it listened, with ${await child.exited}`);
  void drain(lines);
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid,
    ended: child.exited.then((code) => String(child.signalCode ?? code)),
    kill: (signal) => child.kill(signal),
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  return undefined;
}

async function drain(lines: AsyncGenerator<string, undefined>): Promise<void> {
  for await (const line of lines) complain(line);
}

function complain(line: string): void {
  if (line.includes('"level":"error"')) process.stderr.write(`${line}\n`);
}

/** The address in the line that tells it; null when there is none to the end. */
async function urlIn(lines: AsyncGenerator<string, undefined>): Promise<string | null> {
  for (;;) {
    const { done, value } = await lines.next();
    if (done === true) return null;
    const url = /"url":"(http:[^"]+)"/.exec(value)?.[1];
    if (url !== undefined) return url;
    complain(value);
  }
}
