import { appError } from "../../../core/errors.ts";
import { isFinal, type JobId, type JobState, type UserId } from "../../../core/jobs/job.ts";
import { uniforms } from "../../../core/random.ts";
import { testJob, testSweep } from "../test-jobs.ts";
import { type PartCase, testPart } from "./part-behaviour.ts";

const STEPS = 40;
const LEASE_MS = 30_000;
const WORKERS = ["w0", "w1", "w2"];
const PROBLEM = appError("provider", "no answer");

/** An attempt that a worker believes to hold, for as long as the test goes on. */
interface Held {
  readonly id: JobId;
  readonly attempt: number;
}

interface KnownPart {
  readonly id: JobId;
  /** The attempt that finished it. */
  kept: number | null;
}

/** A store and a user without jobs. */
export interface PartStage extends Pick<PartCase, "jobs" | "setClock"> {
  readonly user: UserId;
}

/**
 * Plays one seed: a sweep is taken, split, run part by part and collected by workers that crash, sleep past their leases, wake up, give up and
 * hand back, in any order; then the faults stop.
 * @throws telling the seed and what was broken
 */
export async function playParts(seed: number, { jobs, user, setClock }: PartStage): Promise<JobState> {
  const next = uniforms(seed);
  const pick = (n: number) => Math.floor(next() * n);
  let now = 0;
  const pass = (ms: number) => {
    now += ms;
    setClock(now);
  };
  pass(1_000_000);
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`seed ${seed}: ${what}`);
  };

  const { id: sweep } = testJob(1);
  const parts: KnownPart[] = [];
  const held: Held[] = [];
  let splits = 0;
  /** How often a part was told to be the last, and how often all were finished. */
  let joins = 0;
  let ends = 0;
  let hopeless = false;
  let final: JobState | null = null;

  async function look(): Promise<JobState> {
    const [job, standing, result] = await Promise.all([
      jobs.find(user, sweep),
      jobs.partsOf(user, sweep),
      jobs.sweep(user, sweep),
    ]);
    if (job === undefined) throw new Error(`seed ${seed}: the sweep is lost`);
    const { state } = job;
    if (final !== null) must(Bun.deepEquals(state, final), `${final.status} became ${state.status}`);
    if (isFinal(state)) final = state;
    const finished = standing.map((part) => part.finished);
    const wanted = isFinal(state) ? [] : parts.map(({ kept }) => kept !== null);
    must(Bun.deepEquals(finished, wanted), `${state.status} with parts ${finished}, not ${wanted}`);
    const done = parts.length > 0 && parts.every(({ kept }) => kept !== null);
    must(joins === (done ? 1 : 0), `${joins} last parts of ${parts.length}`);
    must(ends === (state.status === "completed" ? 1 : 0), `${state.status} after ${ends} results`);
    must((result !== undefined) === (state.status === "completed"), `${state.status} and its result`);
    return state;
  }

  async function lookAtOutputs(): Promise<void> {
    const outputs = await Promise.all(parts.map(({ id }) => jobs.partOutput(user, id)));
    const wanted = parts.map(({ kept }, k) => (kept === null ? undefined : testPart(k, kept)));
    must(Bun.deepEquals(outputs, wanted), "a part has the output of another attempt");
  }

  /** Whether the sweep waits for its parts, and not for a worker. */
  const waits = (state: JobState) => state.status === "running" && parts.some(({ kept }) => kept === null);

  async function take(): Promise<void> {
    const before = await look();
    const taken = await jobs.take(user, sweep, WORKERS[pick(3)]!, LEASE_MS);
    if (taken === undefined) return;
    must(before.status === "queued", `the sweep was taken while ${before.status}`);
    held.push({ id: sweep, attempt: taken.state.attempt });
  }

  async function takePart(part: KnownPart): Promise<void> {
    const taken = await jobs.takePart(user, part.id, WORKERS[pick(3)]!, LEASE_MS);
    if (taken === undefined) return;
    must(final === null && part.kept === null, "a part was taken that is finished");
    held.push({ id: part.id, attempt: taken.state.attempt });
  }

  async function finishPart({ id, attempt }: Held, part: KnownPart): Promise<void> {
    const end = await jobs.finishPart(user, id, attempt, testPart(parts.indexOf(part), attempt));
    if (end === "stale") return;
    must(part.kept === null && final === null, "a part was finished twice");
    part.kept = attempt;
    const left = parts.filter(({ kept }) => kept === null).length;
    must((end === "last") === (left === 0), `${end} with ${left} parts left`);
    if (end === "last") joins++;
    await lookAtOutputs();
  }

  async function endSweep({ attempt }: Held): Promise<void> {
    if (parts.length === 0 && next() < 0.8) {
      const before = await look();
      const made = Array.from({ length: 1 + pick(4) }, (_, part) => ({
        ...{ id: `018bcfe5-6800-7000-9000-${(10 * splits + part).toString(16).padStart(12, "0")}` as JobId, part },
        ...{ first: 10 * part, count: 10 },
      }));
      splits++;
      const done = await jobs.split(user, sweep, attempt, made);
      must(done === (before.status === "running" && before.attempt === attempt), `a split of attempt ${attempt} gave ${done}`);
      if (done) parts.push(...made.map(({ id }) => ({ id, kept: null })));
    } else if (await jobs.finish(user, sweep, attempt, testSweep())) ends++;
  }

  async function end(attempt: Held, how: number): Promise<void> {
    const part = parts.find(({ id }) => id === attempt.id);
    if (how < 3) return part === undefined ? endSweep(attempt) : finishPart(attempt, part);
    const before = await look();
    if (how === 3) {
      const again = next() < 0.9;
      const state = await jobs.giveUp(user, attempt.id, attempt.attempt, PROBLEM, again);
      if (state?.status === "failed") hopeless = true;
      if (part === undefined && waits(before)) must(state === undefined, "a sweep was given up on that waits for its parts");
    } else if (how === 4) await jobs.release(user, attempt.id, attempt.attempt);
    else await jobs.renew(user, attempt.id, attempt.attempt, LEASE_MS);
  }

  async function anyStep(): Promise<void> {
    const kind = pick(20);
    const part = parts[pick(parts.length)];
    const attempt = held[pick(held.length)];
    if (kind < 4 || held.length === 0) await take();
    else if (kind < 9 && part !== undefined) await takePart(part);
    else if (kind < 16 && attempt !== undefined) await end(attempt, pick(6));
    else if (kind === 16) await jobs.due(100);
    else if (kind === 17) {
      const dead = WORKERS[pick(3)];
      await jobs.releaseDead((worker) => worker === dead);
    } else if (kind === 18 && next() < 0.1) await jobs.cancel(user, sweep);
    else pass([0, 1000, 4000, LEASE_MS - 1, LEASE_MS][pick(5)]!);
    await look();
  }

  must((await jobs.accept(user, testJob(1, { kind: "sweep" }), null, null)).kind === "accepted", "not accepted");
  for (let step = 0; step < STEPS && final === null; step++) await anyStep();

  // The faults stop: one worker takes what is due and finishes it.
  for (let round = 0; round < 8; round++) {
    for (const { id } of await jobs.due(100)) {
      const part = parts.find((one) => one.id === id);
      await (part === undefined ? take() : takePart(part));
      const latest = held[held.length - 1];
      if (latest?.id === id) await end(latest, 0);
    }
    pass(LEASE_MS);
  }
  const state = await look();
  must(isFinal(state), `the sweep is ${state.status} in the end`);
  // Whoever was frozen all the while wakes up now.
  for (const attempt of held) await end(attempt, 0);
  await look();
  must((await jobs.due(100)).length === 0, "something is due that ended");
  if (state.status === "failed" && state.problem.code === "provider") must(hopeless, "failed with a problem that nobody told");
  return state;
}
