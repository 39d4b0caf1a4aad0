import type { Job, JobKind } from "../core/jobs/job.ts";

/** How the kinds of jobs are called at the edge; they live by the same rules. */
export interface Resource {
  readonly kind: JobKind;
  readonly path: "/api/v1/jobs" | "/api/v1/sweeps" | "/api/v1/walk-forwards";
  readonly idName: "job_id" | "sweep_id" | "walk_forward_id";
  readonly word: "job" | "sweep" | "walk-forward";
}

export const RESOURCES = {
  backtest: { kind: "backtest", path: "/api/v1/jobs", idName: "job_id", word: "job" },
  sweep: { kind: "sweep", path: "/api/v1/sweeps", idName: "sweep_id", word: "sweep" },
  walk_forward: { kind: "walk_forward", path: "/api/v1/walk-forwards", idName: "walk_forward_id", word: "walk-forward" },
} as const satisfies { readonly [K in JobKind]: Resource & { readonly kind: K } };

/** Batches are no jobs: they have some. */
export const BATCHES_PATH = "/api/v1/batches";

/** The id of a job under the name that its kind has for it. */
export function idOf({ kind, id }: Pick<Job, "kind" | "id">): Readonly<Record<string, string>> {
  return { [RESOURCES[kind].idName]: id };
}
