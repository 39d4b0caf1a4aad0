import { fileURLToPath } from "node:url";
import type { AppError } from "../../core/errors.ts";
import { type AnyTaskResult, type ChildSettings, isFromChild, type ToChild } from "./protocol.ts";

const PROGRAM = fileURLToPath(new URL("./child.ts", import.meta.url));

/** What a child does, told to the pool. After `ended` comes nothing more. */
export interface ChildEvents {
  ready(): void;
  unfit(error: AppError): void;
  progress(id: number, done: number, total: number): void;
  done(id: number, result: AnyTaskResult): void;
  /** @param how in words: "exit code 7", "signal SIGKILL" */
  ended(how: string): void;
}

/** A child process as the pool sees it. */
export interface ChildProcess {
  readonly pid: number;
  /** False when its channel is closed: `ended` is on its way. */
  send(message: ToChild): boolean;
  /** At once, whatever it does. */
  kill(): void;
  readonly exited: Promise<unknown>;
}

export function startChild(settings: ChildSettings, events: ChildEvents): ChildProcess {
  const child = Bun.spawn([process.execPath, PROGRAM, `${process.pid}`], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
    serialization: "advanced",
    ipc(message: unknown) {
      if (!isFromChild(message)) throw new TypeError("a child sent a message of no known kind");
      if (message.kind === "ready") events.ready();
      else if (message.kind === "unfit") events.unfit(message.error);
      else if (message.kind === "progress") events.progress(message.id, message.done, message.total);
      else events.done(message.id, message.result);
    },
    onExit(_child, exitCode, signal) {
      events.ended(exitCode === null ? `signal ${signal}` : `exit code ${exitCode}`);
    },
  });
  const send = (message: ToChild): boolean => {
    try {
      child.send(message);
      return true;
    } catch {
      return false;
    }
  };
  send({ kind: "start", settings });
  return { pid: child.pid, send, kill: () => child.kill("SIGKILL"), exited: child.exited };
}
