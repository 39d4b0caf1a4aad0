import { Worker } from "node:worker_threads";
import { type AppError, fail } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import { rememberingJudge } from "../../core/run/judged-series.ts";
import { type WiredSweeper, wireEngine, wireSweeper } from "../wiring.ts";
import { BarCache } from "./bar-cache.ts";
import { commitFaultOf } from "./commit-fault.ts";
import { lateReader } from "./late-reader.ts";
import { type AnyTaskResult, type ChildSettings, type FromChild, isToChild } from "./protocol.ts";
import { runAnyTask } from "./run-any-task.ts";
import type { TaskParts } from "./run-task.ts";
import type { SweepParts } from "./sweep-ports.ts";
import { rememberingParser } from "./sweep-requests.ts";
import type { OnProgress, Task } from "./task.ts";

// A child of the pool, started with its parent's process id: one task at a time, answers over the channel to the parent, never ends on its own
// as long as that is open. Signals that a terminal sends to the whole group are the parent's to act on.

const CACHE_BYTES = 32 * 2 ** 20;
const BAD_USE = 2;

if (process.send === undefined) {
  process.stderr.write("this program is started by the pool of the service alone\n");
  process.exit(BAD_USE);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.on("disconnect", () => process.exit(0));
new Worker(new URL("./orphan-watch.ts", import.meta.url), { workerData: Number(process.argv[2]) });

let parts: (TaskParts & SweepParts) | undefined;
let faultsExist = false;
process.on("message", async (message: unknown) => {
  if (!isToChild(message)) throw new TypeError("a message of no known kind");
  if (message.kind === "start") await start(message.settings);
  else {
    const { id, task } = message;
    const result = await outcomeOf(task, (done, total) => tell({ kind: "progress", id, done, total }));
    tell({ kind: "done", id, result });
  }
});

async function start({ database, engine, faults, threads = 1, sweepBarTrials, sweepBytes }: ChildSettings): Promise<void> {
  const wired = await wireEngine(engine);
  if (!wired.ok) {
    tell({ kind: "unfit", error: wired.error });
    process.disconnect?.();
    return;
  }
  let sweeper: Promise<Result<WiredSweeper, AppError>> | undefined;
  const reader = lateReader(database);
  parts = {
    ...{ ...wired.value, vault: reader, cache: new BarCache(CACHE_BYTES), judge: rememberingJudge() },
    ...{ partReader: reader, parse: rememberingParser() },
    sweeper: () => {
      sweeper ??= wireSweeper(engine, threads);
      return sweeper;
    },
    mostBarTrials: sweepBarTrials,
    mostBytes: sweepBytes,
  };
  faultsExist = faults;
  tell({ kind: "ready" });
}

/** A bug ends the task, not the child. */
async function outcomeOf(task: Task, onProgress: OnProgress): Promise<AnyTaskResult> {
  if (parts === undefined) throw new TypeError("a task came before the settings");
  try {
    if (faultsExist && task.kind !== "import") commitFaultOf(task.request);
    return await runAnyTask(task, parts, onProgress);
  } catch (cause) {
    process.stderr.write(`${Bun.inspect(cause)}\n`);
    return fail("internal", `a bug: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function tell(message: FromChild): void {
  process.send?.(message);
}
