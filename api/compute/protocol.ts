import type { AppError } from "../../core/errors.ts";
import type { EngineChoice } from "../config.ts";
import type { Task, TaskResult } from "./task.ts";

/** What a child is told at its start. */
export interface ChildSettings {
  /** Where bars, and parts of sweeps, are read from when the first task needs them: a SQLite file, opened read-only, or PostgreSQL. */
  readonly database: { readonly kind: "sqlite"; readonly path: string } | { readonly kind: "postgres"; readonly url: string };
  readonly engine: EngineChoice;
  /** Whether the strategies that fail on purpose exist. */
  readonly faults: boolean;
  /** Threads of a sweep, >= 1; 1 where it is left out. */
  readonly threads?: number;
  /** The most trials x bars of a sweep; the standard of a sweep where it is left out. */
  readonly sweepBarTrials?: number;
  /** The most memory that a sweep may say it will take, in bytes; left out: the standard. */
  readonly sweepBytes?: number;
}

export type AnyTaskResult = TaskResult<Task["kind"]>;

export type ToChild =
  | { readonly kind: "start"; readonly settings: ChildSettings }
  | { readonly kind: "task"; readonly id: number; readonly task: Task };

export type FromChild =
  | { readonly kind: "ready" }
  /** It cannot work here, and ends. */
  | { readonly kind: "unfit"; readonly error: AppError }
  | { readonly kind: "progress"; readonly id: number; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly id: number; readonly result: AnyTaskResult };

const TO_CHILD: readonly unknown[] = ["start", "task"] satisfies ToChild["kind"][];
const FROM_CHILD: readonly unknown[] = ["ready", "unfit", "progress", "done"] satisfies FromChild["kind"][];

/** Both ends are one program in one version: the kind tells the rest. */
export function isToChild(message: unknown): message is ToChild {
  return TO_CHILD.includes(kindOf(message));
}

export function isFromChild(message: unknown): message is FromChild {
  return FROM_CHILD.includes(kindOf(message));
}

function kindOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "kind" in message ? message.kind : undefined;
}
