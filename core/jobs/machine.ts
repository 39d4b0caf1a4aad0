import { type AppError, appError } from "../errors.ts";
import type { JobId, JobState } from "./job.ts";

/** A job that failed this often for reasons that may pass is failed for good. */
export const MAX_TRIES = 3;
/** A job that was taken this often, for whatever reasons, is not handed on any more. */
export const MAX_ATTEMPTS = 100;
/** `readyAtMs` of a job that may be taken at once, whatever happens to the clock. */
const AT_ONCE = 0;
const BACK_OFF_MS = 1000;
const BACK_OFF_FACTOR = 4;
/** Up to this share of a pause is added, so that jobs that failed together do not come back together. */
const JITTER_SHARE = 0.5;
/** Holds a sweep that is run in parts; no worker is called so. */
const PARTS = "parts";
/** A lease that does not end: the last time that a date can be. */
const FOR_EVER = 8.64e15;

type In<S extends JobState["status"]> = Extract<JobState, { status: S }>;

/*
 * The rules of a job's life, applied by every store inside of one transaction. Each gives the next state, or undefined where nothing
 * changes: the job is final, not in the state that the step starts from, or the attempt is no longer the present one.
 */

export function accept(): In<"queued"> {
  return { status: "queued", attempt: 0, tries: 0, readyAtMs: AT_ONCE };
}

/** Queued and ready: the next attempt begins. */
export function take(state: JobState, nowMs: number, worker: string, leaseMs: number): In<"running"> | undefined {
  if (state.status !== "queued" || state.readyAtMs > nowMs) return undefined;
  return { status: "running", attempt: state.attempt + 1, tries: state.tries + 1, leaseUntilMs: nowMs + leaseMs, worker };
}

export function renew(state: JobState, attempt: number, nowMs: number, leaseMs: number): In<"running"> | undefined {
  return holds(state, attempt) ? { ...state, leaseUntilMs: nowMs + leaseMs } : undefined;
}

export function finish(state: JobState, attempt: number): In<"completed"> | undefined {
  return holds(state, attempt) ? { status: "completed", attempt } : undefined;
}

/**
 * The attempt failed. With `again` it is queued after a pause (1 s, then 4 s, and up to half of that more) while tries are left; else it failed for good.
 * @param jitter in [0, 1)
 */
export function giveUp(
  state: JobState,
  attempt: number,
  nowMs: number,
  problem: AppError,
  again: boolean,
  jitter: number,
): In<"queued"> | In<"failed"> | undefined {
  if (!holds(state, attempt)) return undefined;
  if (!again || state.tries >= MAX_TRIES) return { status: "failed", attempt, problem };
  const pauseMs = BACK_OFF_MS * BACK_OFF_FACTOR ** (state.tries - 1);
  return { status: "queued", attempt, tries: state.tries, readyAtMs: nowMs + Math.floor(pauseMs * (1 + JITTER_SHARE * jitter)) };
}

/** In [0, 1), spread evenly over jobs and attempts, the same whenever it is asked for. */
export function jitterOf(id: JobId, attempt: number): number {
  let hash = 0x811c9dc5;
  for (const letter of `${id} ${attempt}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  // FNV mixes its low bits well and its high bits late.
  return ((hash >>> 0) % 65_521) / 65_521;
}

/** A sweep is run in parts from now on: it runs, held by them. */
export function split(state: JobState, attempt: number): In<"running"> | undefined {
  return holds(state, attempt) ? { ...state, leaseUntilMs: FOR_EVER, worker: PARTS } : undefined;
}

/** The last part of a sweep is finished: to be taken at once, and collected; the attempt that split it does not count. */
export function join(state: JobState): In<"queued"> | undefined {
  return isSplit(state) ? handedBack(state) : undefined;
}

/** A part of a sweep failed for good, and with it the sweep. */
export function failSplit(state: JobState, problem: AppError): In<"failed"> | undefined {
  return isSplit(state) ? { status: "failed", attempt: state.attempt, problem } : undefined;
}

/** Whether a sweep waits for its parts. */
export function isSplit(state: JobState): state is In<"running"> {
  return state.status === "running" && state.worker === PARTS;
}

/** Handed back: to be taken at once, as if this attempt had not been, but for its number. */
export function release(state: JobState, attempt: number): In<"queued"> | undefined {
  return holds(state, attempt) ? handedBack(state) : undefined;
}

export function cancel(state: JobState): In<"cancelled"> | undefined {
  return state.status === "queued" || state.status === "running" ? { status: "cancelled", attempt: state.attempt } : undefined;
}

/** Running with its lease over, nobody knows why: to be taken at once while tries are left, else failed with `crash`. */
export function expire(state: JobState, nowMs: number): In<"queued"> | In<"failed"> | undefined {
  if (state.status !== "running" || state.leaseUntilMs > nowMs) return undefined;
  const { attempt, tries } = state;
  if (tries < MAX_TRIES) return { status: "queued", attempt, tries, readyAtMs: AT_ONCE };
  return crashed(attempt, `the process that ran this job died or fell silent ${MAX_TRIES} times; it is not tried again`);
}

/**
 * The process that took it is known to be dead. That speaks against the process, not against the job, which runs in a process of its own: as
 * `release`, until it has happened MAX_ATTEMPTS times.
 */
export function orphan(state: JobState): In<"queued"> | In<"failed"> | undefined {
  if (state.status !== "running") return undefined;
  if (state.attempt < MAX_ATTEMPTS) return release(state, state.attempt);
  return crashed(state.attempt, `the service died ${MAX_ATTEMPTS} times while it had this job; it is not tried again`);
}

function crashed(attempt: number, detail: string): In<"failed"> {
  return { status: "failed", attempt, problem: appError("crash", detail) };
}

function handedBack({ attempt, tries }: In<"running">): In<"queued"> {
  return { status: "queued", attempt, tries: tries - 1, readyAtMs: AT_ONCE };
}

/** The attempt that split a sweep has nothing more to say: the parts hold it. */
function holds(state: JobState, attempt: number): state is In<"running"> {
  return state.status === "running" && state.attempt === attempt && !isSplit(state);
}
