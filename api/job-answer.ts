import type { Job, JobState, UserId } from "../core/jobs/job.ts";
import type { JobStore, JobSummary, StoredResult, SweepSummary } from "../core/jobs/store.ts";
import { curvePieces, type EquityPoints } from "../core/run/curve-text.ts";
import type { Body } from "./http/answer.ts";
import { problemOf } from "./http-errors.ts";
import { idOf } from "./resource.ts";

/** From this many points on an answer is sent in pieces. */
const LARGE_POINTS = 20_000;

/** What an answer says of a curve that it does not show. No text within an answer can look like it: quotes are escaped there. */
const NO_CURVE = '"equity_curve":null';

/**
 * The answer of a completed job, put together from texts.
 * @param head  a JSON object without trades and curve, not empty
 * @param curve `"equity_curve":…` and what belongs to it
 */
export function answerText(head: string, trades: string, curve: string): string {
  return `${head.slice(0, -1)},"trades":${trades},${curve}}`;
}

/** What the request of a job wants to see of the curve. It was checked when it was accepted. */
export function equityPointsOf(job: Job): EquityPoints {
  const request: unknown = JSON.parse(job.request);
  const points = typeof request === "object" && request !== null && "equity_points" in request ? request.equity_points : "full";
  return points === "none" || typeof points === "number" ? points : "full";
}

/** The answer of a completed job as it is stored: the same text as its first answer. Undefined when it was removed meanwhile. */
export async function storedAnswer(jobs: JobStore, user: UserId, job: Job) {
  switch (job.kind) {
    case "backtest": {
      const result = await jobs.result(user, job.id);
      return result && { resultHash: result.resultHash, body: () => runAnswer(jobs, user, job, result) };
    }
    case "sweep": {
      const sweep = await jobs.sweep(user, job.id);
      return sweep && { resultHash: sweep.resultHash, body: () => sweep.head };
    }
    case "walk_forward": {
      const walked = await jobs.walkForward(user, job.id);
      return walked && { resultHash: walked.resultHash, body: () => walkForwardText(jobs, user, job, walked.head) };
    }
  }
}

/**
 * The answer of a completed backtest, in pieces where it is long.
 * @throws when the store has lost a part of it
 */
export function runAnswer(jobs: JobStore, user: UserId, job: Job, { head, trades }: StoredResult): Promise<Body> {
  return aroundCurve(jobs, user, job, `${head.slice(0, -1)},"trades":${trades},`, "}");
}

/** The answer of a completed walk-forward likewise; its curve stands within it. */
function walkForwardText(jobs: JobStore, user: UserId, job: Job, head: string): Promise<Body> {
  const [before = "", after = ""] = head.split(NO_CURVE);
  return aroundCurve(jobs, user, job, before, after);
}

/** What its request wants to see of the curve of a job, between two texts. */
async function aroundCurve(jobs: JobStore, user: UserId, job: Job, before: string, after: string): Promise<Body> {
  const points = equityPointsOf(job);
  if (points === "none") return `${before}${NO_CURVE}${after}`;
  const curve = await jobs.curve(user, job.id);
  if (curve === undefined) throw new Error(`the curve of job ${job.id} is not in the store`);
  const pieces = curvePieces(curve, points);
  const shown = typeof points === "number" ? Math.min(points, curve.equity.length) : curve.equity.length;
  if (shown <= LARGE_POINTS) return `${before}${[...pieces].join("")}${after}`;
  return joined(before, pieces, after);
}

function* joined(before: string, pieces: Iterable<string>, after: string): Generator<string> {
  yield before;
  yield* pieces;
  yield after;
}

/** A job that has no result (yet): what it is in, and for a failed one why. */
export function jobWithoutResult(job: Job) {
  const { symbol, strategy, createdAtMs, state } = job;
  return {
    ...idOf(job),
    status: state.status,
    symbol,
    strategy,
    created_at: new Date(createdAtMs).toISOString(),
    attempt: state.attempt,
    ...problemField(state),
  };
}

function problemField(state: JobState) {
  return state.status === "failed" ? { problem: problemOf(state.problem) } : {};
}

/** A job in a list. */
export function listedJob({ id, ...summary }: JobSummary) {
  return { job_id: id, ...withFigures(summary) };
}

/** A walk-forward in a list, with its figures out of sample. */
export function listedWalkForward({ id, ...summary }: JobSummary) {
  return { walk_forward_id: id, ...withFigures(summary) };
}

function withFigures({ status, symbol, strategy, createdAtMs, sharpe, totalReturn, maxDrawdown }: Omit<JobSummary, "id">) {
  const created = new Date(createdAtMs).toISOString();
  return { status, symbol, strategy, created_at: created, sharpe, total_return: totalReturn, max_drawdown: maxDrawdown };
}

const FIGURE_FIELDS = ["status", "symbol", "strategy", "created_at", "sharpe", "total_return", "max_drawdown"] as const;
export const LISTED_JOB_FIELDS = ["job_id", ...FIGURE_FIELDS] as const;
export const LISTED_WALK_FORWARD_FIELDS = ["walk_forward_id", ...FIGURE_FIELDS] as const;

/** A sweep in a list. */
export function listedSweep({ id, status, symbol, strategy, createdAtMs, trials, skipped, objective, best }: SweepSummary) {
  const created = new Date(createdAtMs).toISOString();
  return { sweep_id: id, status, symbol, strategy, created_at: created, trials, skipped, objective, best };
}

export const LISTED_SWEEP_FIELDS = [
  "sweep_id",
  "status",
  "symbol",
  "strategy",
  "created_at",
  "trials",
  "skipped",
  "objective",
  "best",
] as const;
