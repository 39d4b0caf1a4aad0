import { availableParallelism } from "node:os";
import type { AppError } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import type { Config } from "../config.ts";
import { type WiredSweeper, wireSweeper } from "../wiring.ts";
import { type Check, check } from "./check.ts";

/** The oldest Bun that the tests run on. */
export const LEAST_BUN = "1.4.5";

const MIB = 2 ** 20;

/** What this process runs on. @param version of Bun */
export function bunCheck(version: string = Bun.version): Check {
  const found = `${version} on ${process.platform} ${process.arch}`;
  if (Bun.semver.order(version, LEAST_BUN) >= 0) return check("bun", "ok", found);
  return check("bun", "fail", `${found}: ${LEAST_BUN} or newer is needed`);
}

/** What a machine has. */
export interface Machine {
  readonly cores: number;
  /** Of the machine, or as much as its container lets it have. */
  readonly memoryBytes: number;
}

export function thisMachine(): Machine {
  return { cores: availableParallelism(), memoryBytes: process.constrainedMemory() };
}

/** Whether the machine carries the children it is asked for. */
export function machineCheck(
  { concurrency, threads, jobMemoryMb }: Pick<Config, "concurrency" | "threads" | "jobMemoryMb">,
  { cores, memoryBytes }: Machine,
): Check {
  const children = concurrency ?? cores;
  const each = threads ?? Math.max(1, Math.floor(cores / children));
  const memoryMb = Math.floor(memoryBytes / MIB);
  const found = `${counted(cores, "core")}, ${memoryMb} MB of memory; ${counted(children, "child", "children")} of ${counted(each, "thread")} and at most ${jobMemoryMb} MB`;
  if (children * jobMemoryMb > memoryMb)
    return check(
      "machine",
      "warn",
      `${found} each do not fit if all are used to the full: set a lower CONCURRENCY or JOB_MEMORY_MB`,
    );
  if (children * each > 2 * cores) return check("machine", "warn", `${found} each are more threads than the cores can carry`);
  return check("machine", "ok", `${found} each`);
}

function counted(n: number, one: string, more = `${one}s`): string {
  return `${n} ${n === 1 ? one : more}`;
}

/** Whether both modules of WebAssembly load, for runs and for sweeps. */
export async function loadedEngineCheck(choice: Config["engine"]): Promise<Check> {
  const wired = await wireSweeper(choice, 1);
  try {
    return engineCheck(wired);
  } finally {
    if (wired.ok) wired.value.sweeper[Symbol.dispose]();
  }
}

/** @param wired what asking for the engine gave */
export function engineCheck(
  wired: Result<
    Pick<WiredSweeper, "fallbackReason"> & Record<"engine" | "sweeper", { readonly name: string }>,
    Pick<AppError, "detail">
  >,
): Check {
  if (!wired.ok) return check("engine", "fail", wired.error.detail);
  const { engine, sweeper, fallbackReason } = wired.value;
  const found = `${engine.name} for runs, ${sweeper.name} for sweeps`;
  if (fallbackReason === null) return check("engine", "ok", found);
  return check("engine", "warn", `${found}, which is slower: ${fallbackReason}; run "bun run build:wasm"`);
}
