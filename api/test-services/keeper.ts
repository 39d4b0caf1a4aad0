import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

// A process that owns a temporary directory and the program that runs in it: `bun keeper.ts <name> <signal that ends programs>`.
// It lives as long as its standard input. The system closes that when its owner ends, however it ends; so neither outlives the owner.
// In: a line per program to start, its argument list as JSON. Out: the directory, then "started <pid>" and "ended <signal or exit code>".

const REMOVE_EVERY_MS = 100;
const PATIENCE_MS = 10_000;

const [name = "", lastSignal = "SIGKILL"] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), `backgrid-${name}-`));
chmodSync(directory, 0o711);
const log = openSync(join(directory, "log"), "a");
const running = new Set<ChildProcess>();

function start([program = "", ...args]: readonly string[]): void {
  const child = spawn(program, args, { cwd: directory, stdio: ["ignore", log, log] });
  const ended = (how: string | number | null) => {
    running.delete(child);
    console.log(`ended ${how}`);
  };
  running.add(child);
  child.once("exit", (code, signal) => ended(signal ?? code));
  child.once("error", ({ message }) => ended(message));
  console.log(`started ${child.pid}`);
}

async function end(): Promise<void> {
  const kill = (signal: string) => {
    for (const { pid } of running) if (pid !== undefined) process.kill(pid, signal);
  };
  const ended = Promise.all([...running].map((child) => new Promise((resolve) => child.once("exit", resolve))));
  kill(lastSignal);
  kill("SIGCONT");
  const timer = setTimeout(() => kill("SIGKILL"), PATIENCE_MS);
  await ended;
  clearTimeout(timer);
  await remove();
  process.exit(0);
}

/** A program's own children may still be writing when it is gone. */
async function remove(): Promise<void> {
  for (let left = PATIENCE_MS / REMOVE_EVERY_MS; ; left -= 1) {
    try {
      rmSync(directory, { recursive: true, force: true });
      return;
    } catch (error) {
      if (left <= 0) throw error;
      await Bun.sleep(REMOVE_EVERY_MS);
    }
  }
}

// The owner may be gone without having read everything.
process.stdout.on("error", () => undefined);
console.log(directory);
createInterface({ input: process.stdin })
  .on("line", (line) => start(JSON.parse(line)))
  .on("close", () => void end());
process.once("SIGTERM", () => void end());
