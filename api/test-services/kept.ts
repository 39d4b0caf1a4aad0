import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { linesOf } from "../test-lines.ts";

const KEEPER = fileURLToPath(new URL("./keeper.ts", import.meta.url));
const LOG_LINES = 20;

/** A program that runs in a keeper's directory. */
export interface KeptProgram {
  readonly pid: number;
  /** Resolves when it is gone, to its signal or exit code. */
  readonly ended: Promise<string>;
}

/** A temporary directory, and what runs in it; neither outlives this process, even when it is killed. */
export interface Keeper {
  readonly directory: string;
  /** Starts a program; one at a time. */
  start(command: readonly string[]): Promise<KeptProgram>;
  /** The end of what the programs wrote. */
  log(): string;
  /** Ends what runs and removes the directory. Resolves when both are gone. */
  close(): Promise<void>;
}

/**
 * Opens a keeper: a small process of its own that ends with this one.
 *
 * @param name        part of the directory's name
 * @param lastSignal  what ends a program of it at once
 */
export async function openKeeper(name: string, lastSignal: NodeJS.Signals): Promise<Keeper> {
  const child = Bun.spawn([process.execPath, KEEPER, name, lastSignal], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    detached: true,
  });
  child.unref();
  const lines = linesOf(child.stdout);
  const next = async (): Promise<string> => (await lines.next()).value ?? "the keeper's end";
  const directory = await next();
  return {
    directory,
    async start(command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      await child.stdin.flush();
      const pid = Number((await next()).replace("started ", ""));
      return { pid, ended: next().then((line) => line.replace("ended ", "")) };
    },
    log: () => readFileSync(join(directory, "log"), "utf8").trimEnd().split("\n").slice(-LOG_LINES).join("\n"),
    async close() {
      await child.stdin.end();
      await child.exited;
    },
  };
}
