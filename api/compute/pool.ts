import { type AppError, appError, fail } from "../../core/errors.ts";
import { err } from "../../core/result.ts";
import { type ChildProcess, startChild } from "./child-process.ts";
import type { AnyTaskResult, ChildSettings } from "./protocol.ts";
import { residentBytes } from "./resident.ts";
import { type ComputePool, type OnProgress, type OutputOf, runsGrids, type Task, type TaskResult } from "./task.ts";

export interface PoolSettings {
  /** Child processes, >= 1. */
  readonly size: number;
  readonly jobTimeoutMs: number;
  /** Most memory (RSS) of a child, in MiB. */
  readonly jobMemoryMb: number;
  readonly child: ChildSettings;
  /** Whether there is one child more, for what runs no grid while all others run one. */
  readonly spare?: boolean;
  /** A child is replaced after so many tasks. */
  readonly recycleAfterTasks?: number;
  readonly log?: (entry: Readonly<Record<string, unknown>>) => void;
}

const MIB = 2 ** 20;
const LOOK_EVERY_MS = 100;
/** A longer while between two looks is one in which this process stood still: what a child did meanwhile is not held against its task. */
const STILL_MS = 1000;
/** A child that is not ready by then counts as dead. */
const START_TIMEOUT_MS = 20_000;
/** So many starts in a row of children that die before they did anything mean that none works here. */
const HOPELESS_STARTS = 3;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const RECYCLE_AFTER_TASKS = 50_000;
/** A child that holds this share of its memory when idle is replaced, so that the next task has room. */
const RECYCLE_SHARE = 0.75;
const TASKS_BETWEEN_LOOKS = 64;

/** A task on its way; `settle` is called once. */
interface Entry {
  readonly task: Task;
  readonly onProgress: OnProgress | undefined;
  readonly settle: (result: AnyTaskResult) => void;
}

/** A place for one child. `starting` and `ending` have no task. */
interface Slot {
  readonly isSpare: boolean;
  state: "starting" | "idle" | "busy" | "ending" | "pausing";
  child: ChildProcess | null;
  entry: Entry | null;
  taskId: number;
  startedMs: number;
  tasks: number;
  timer: ReturnType<typeof setTimeout> | null;
}

/**
 * Child processes that are started at once and kept.
 * @throws {RangeError} when a setting is out of its range
 */
export function createPool(settings: PoolSettings): ChildPool {
  return new ChildPool(settings);
}

export class ChildPool implements ComputePool {
  /** Children, without a spare one. */
  readonly size: number;
  /** In order of calls. */
  private readonly line = new Set<Entry>();
  private readonly slots: Slot[];
  private active = 0;
  private readonly firstReady = Promise.withResolvers<void>();
  private failedStarts = 0;
  private lastTrouble: AppError | null = null;
  private watch: ReturnType<typeof setInterval> | null = null;
  private lookedMs = 0;
  private closing: Promise<void> | null = null;
  private drained: (() => void) | null = null;
  private nextId = 1;

  constructor(
    private readonly settings: PoolSettings,
    private readonly launch: typeof startChild = startChild,
  ) {
    const { size, spare = false, jobTimeoutMs, jobMemoryMb } = settings;
    if (!(Number.isInteger(size) && size >= 1)) throw new RangeError(`a pool has at least 1 child: got ${size}`);
    if (!(jobTimeoutMs > 0 && jobMemoryMb > 0)) {
      throw new RangeError(`limits are above 0: got jobTimeoutMs ${jobTimeoutMs}, jobMemoryMb ${jobMemoryMb}`);
    }
    this.size = size;
    this.slots = Array.from({ length: size + (spare ? 1 : 0) }, (_, k) => ({
      isSpare: k === size,
      state: "starting",
      child: null,
      entry: null,
      taskId: 0,
      startedMs: 0,
      tasks: 0,
      timer: null,
    }));
    for (const slot of this.slots) this.start(slot);
  }

  get load(): number {
    return this.line.size + this.active;
  }

  get ready(): Promise<void> {
    return this.firstReady.promise;
  }

  /** Why no child works here, or null. */
  get trouble(): AppError | null {
    const works = this.slots.some(({ state }) => state === "idle" || state === "busy");
    return this.failedStarts >= HOPELESS_STARTS && !works ? this.lastTrouble : null;
  }

  /** The process ids of the children alive. */
  get pids(): readonly number[] {
    return this.slots.flatMap(({ child }) => (child === null ? [] : [child.pid]));
  }

  run<T extends Task>(task: T, signal?: AbortSignal, onProgress?: OnProgress): Promise<TaskResult<T["kind"]>> {
    if (this.closing !== null) return Promise.resolve(fail("unavailable", CLOSING));
    const { trouble } = this;
    if (trouble !== null) return Promise.resolve(err(trouble));
    if (signal?.aborted) return Promise.resolve(fail("unavailable", CALLED_OFF));
    return new Promise((resolve, reject) => {
      const callOff = () => this.callOff(entry);
      const entry: Entry = {
        task,
        onProgress,
        settle(result) {
          signal?.removeEventListener("abort", callOff);
          if (!result.ok) resolve(result);
          else if (isOutputOf<T["kind"]>(task.kind, result.value)) resolve({ ok: true, value: result.value });
          else reject(new TypeError(`a child answered a task "${task.kind}" with "${result.value.kind}"`));
        },
      };
      signal?.addEventListener("abort", callOff, { once: true });
      this.line.add(entry);
      this.dispatch();
    });
  }

  close(graceMs: number): Promise<void> {
    this.closing ??= this.end(graceMs);
    return this.closing;
  }

  private async end(graceMs: number): Promise<void> {
    this.clearLine(appError("unavailable", CLOSING));
    if (this.active > 0 && graceMs > 0) {
      const drained = Promise.withResolvers<void>();
      this.drained = drained.resolve;
      const timer = setTimeout(drained.resolve, graceMs);
      await drained.promise;
      clearTimeout(timer);
    }
    const exits = this.slots.map((slot) => {
      if (slot.timer !== null) clearTimeout(slot.timer);
      const { child } = slot;
      this.condemn(slot, appError("unavailable", CLOSING));
      return child?.exited;
    });
    await Promise.all(exits);
    if (this.watch !== null) clearInterval(this.watch);
  }

  private dispatch(): void {
    for (const slot of this.slots) {
      if (this.line.size === 0) return;
      if (slot.state === "idle") this.give(slot);
    }
  }

  private give(slot: Slot): void {
    const entry = this.next(slot);
    if (entry === undefined || slot.child === null) return;
    this.line.delete(entry);
    slot.entry = entry;
    slot.taskId = this.nextId++;
    slot.startedMs = performance.now();
    slot.state = "busy";
    this.active++;
    if (this.watch === null) {
      this.lookedMs = slot.startedMs;
      this.watch = setInterval(() => this.look(), LOOK_EVERY_MS);
    }
    if (!slot.child.send({ kind: "task", id: slot.taskId, task: entry.task })) {
      this.condemn(slot, appError("crash", "the process that was to run it had died"));
    }
  }

  /** Those that run grids leave one child to others where others wait, or the spare one. */
  private next({ isSpare }: Slot): Entry | undefined {
    const [first] = this.line;
    const other = () => [...this.line].find(({ task }) => !runsGrids(task.kind));
    if (isSpare) return this.slots.every((slot) => slot.isSpare || isTaken(slot)) ? other() : undefined;
    if (first === undefined || !runsGrids(first.task.kind) || this.size === 1 || this.settings.spare) return first;
    const sweeping = this.slots.filter(({ entry }) => entry !== null && runsGrids(entry.task.kind)).length;
    return sweeping < this.size - 1 ? first : (other() ?? first);
  }

  /** Time and memory of every task that runs. */
  private look(): void {
    if (this.active === 0 && this.watch !== null) {
      clearInterval(this.watch);
      this.watch = null;
    }
    const { jobTimeoutMs, jobMemoryMb } = this.settings;
    const stillMs = performance.now() - this.lookedMs;
    this.lookedMs += stillMs;
    for (const slot of this.slots) {
      if (slot.state !== "busy" || slot.child === null) continue;
      if (stillMs > STILL_MS) slot.startedMs += stillMs;
      if (performance.now() - slot.startedMs > jobTimeoutMs) {
        this.condemn(slot, appError("timeout", `the job took longer than a job may: ${jobTimeoutMs / 1000} s`));
      } else if (residentBytes(slot.child.pid) > jobMemoryMb * MIB) {
        this.condemn(slot, appError("memory", `the job needed more memory than a job may: ${jobMemoryMb} MiB`));
      }
    }
  }

  /** Ends the child; the task it has, if any, ends with this error. */
  private condemn(slot: Slot, error: AppError): void {
    slot.state = "ending";
    slot.child?.kill();
    this.release(slot)?.settle(err(error));
  }

  private callOff(entry: Entry): void {
    const slot = this.slots.find((candidate) => candidate.entry === entry);
    if (slot !== undefined) this.condemn(slot, appError("unavailable", CALLED_OFF));
    else if (this.line.delete(entry)) entry.settle(fail("unavailable", CALLED_OFF));
  }

  /** Takes the task from the slot. */
  private release(slot: Slot): Entry | null {
    const { entry } = slot;
    if (entry === null) return null;
    slot.entry = null;
    this.active--;
    if (this.active === 0) this.drained?.();
    return entry;
  }

  private clearLine(error: AppError): void {
    const waiting = [...this.line];
    this.line.clear();
    for (const entry of waiting) entry.settle(err(error));
  }

  private start(slot: Slot): void {
    slot.state = "starting";
    slot.tasks = 0;
    let trouble: AppError | null = null;
    slot.timer = setTimeout(() => {
      trouble = appError("unavailable", `a process that runs jobs was not ready within ${START_TIMEOUT_MS / 1000} s`);
      slot.child?.kill();
    }, START_TIMEOUT_MS);
    slot.child = this.launch(this.settings.child, {
      ready: () => {
        if (slot.timer !== null) clearTimeout(slot.timer);
        if (slot.state !== "starting") return;
        slot.state = "idle";
        this.firstReady.resolve();
        this.dispatch();
      },
      unfit: (error) => {
        trouble = error;
      },
      progress: (id, done, total) => {
        if (slot.taskId === id) slot.entry?.onProgress?.(done, total);
      },
      done: (id, result) => this.finish(slot, id, result),
      ended: (how) => this.ended(slot, trouble, how),
    });
  }

  private finish(slot: Slot, id: number, result: AnyTaskResult): void {
    if (slot.state !== "busy" || slot.taskId !== id) return;
    const tookMs = performance.now() - slot.startedMs;
    const entry = this.release(slot);
    slot.tasks++;
    this.failedStarts = 0;
    if (this.isWorn(slot, tookMs)) {
      slot.state = "ending";
      slot.child?.kill();
    } else {
      slot.state = "idle";
      this.dispatch();
    }
    entry?.settle(result);
  }

  /** True for a child that has done its share, or that did not give its memory back. */
  private isWorn({ child, tasks }: Slot, tookMs: number): boolean {
    if (tasks >= (this.settings.recycleAfterTasks ?? RECYCLE_AFTER_TASKS)) return true;
    if (child === null || (tookMs < LOOK_EVERY_MS && tasks % TASKS_BETWEEN_LOOKS !== 0)) return false;
    return residentBytes(child.pid) > this.settings.jobMemoryMb * MIB * RECYCLE_SHARE;
  }

  private ended(slot: Slot, trouble: AppError | null, how: string): void {
    if (slot.timer !== null) clearTimeout(slot.timer);
    const failedStart = slot.state === "starting" || (slot.state === "idle" && slot.tasks === 0);
    slot.child = null;
    this.release(slot)?.settle(fail("crash", `the process that ran it died: ${how}`));
    if (this.closing !== null) return;
    if (!failedStart) {
      this.start(slot);
      return;
    }
    this.failedStarts++;
    this.lastTrouble = trouble ?? appError("unavailable", `processes that run jobs die as they start: ${how}`);
    this.settings.log?.({ level: "error", event: "child_start", why: this.lastTrouble.detail });
    const error = this.trouble;
    if (error !== null) {
      this.firstReady.resolve();
      this.clearLine(error);
    }
    slot.state = "pausing";
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.failedStarts - 1), LONGEST_PAUSE_MS);
    slot.timer = setTimeout(() => this.start(slot), pauseMs);
  }
}

/** Whether others wait longer for this child than a task of theirs takes. */
function isTaken({ state, entry }: Slot): boolean {
  return state === "busy" ? entry !== null && runsGrids(entry.task.kind) : state !== "idle";
}

const CLOSING = "this server is shutting down; try again in a moment";
const CALLED_OFF = "the task was called off";

function isOutputOf<K extends Task["kind"]>(kind: K, output: OutputOf[Task["kind"]]): output is OutputOf[K] {
  return output.kind === kind;
}
