import { appError } from "../errors.ts";
import { uniforms } from "../random.ts";
import { isFinal, type JobId, type JobOutput, type JobState, type UserId } from "./job.ts";
import { MAX_TRIES } from "./machine.ts";
import type { JobStore } from "./store.ts";

const STEPS = 24;
const LEASE_MS = 30_000;
const WORKERS = ["w0", "w1", "w2"];
const PROBLEM = appError("provider", "no answer");
const EMPTY = new Float64Array(0);

/** An attempt that a worker believes to hold, for as long as the test goes on: it may have been frozen, cut off or given up on meanwhile. */
interface Held {
  readonly id: JobId;
  readonly attempt: number;
}

/** What is known of a job from outside: kept from the answers of the store alone. */
interface Known {
  readonly id: JobId;
  attempts: number;
  /** The highest number that an attempt had. */
  latest: number;
  /** A worker said that no other try would help. */
  hopeless: boolean;
  handedBack: number;
  outputs: number;
  cancelled: boolean;
  final: JobState | null;
}

function outputOf({ id, attempt }: Held): JobOutput {
  const headline = { sharpe: attempt, totalReturn: null, maxDrawdown: null };
  const curve = { initialCash: 1, daily: true, timeMs: EMPTY, equity: EMPTY };
  return { kind: "backtest", headline, resultHash: `${id}/${attempt}`, barsHash: null, head: "{}", trades: "[]", curve };
}

/** A store whose jobs, as far as there are any, are final. */
export interface Stage {
  readonly jobs: JobStore;
  /** A user without jobs. */
  readonly user: UserId;
  setClock(nowMs: number): void;
}

/**
 * Plays one seed: jobs are accepted (again), taken, finished, given up, handed back, renewed and cancelled in any order by workers that crash,
 * sleep past their leases and wake up; then the faults stop.
 * @throws telling the seed and what was broken
 */
export async function playInterleaving(seed: number, { jobs, user, setClock }: Stage): Promise<void> {
  const next = uniforms(seed);
  const pick = (n: number) => Math.floor(next() * n);
  let now = 0;
  const pass = (ms: number) => {
    now += ms;
    setClock(now);
  };
  pass(1_000_000);
  const known: Known[] = [];
  const held: Held[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`seed ${seed}: ${what}`);
  };

  async function look(job: Known): Promise<JobState> {
    const state = (await jobs.find(user, job.id))?.state;
    if (state === undefined) throw new Error(`seed ${seed}: an accepted job is lost`);
    if (job.final !== null) must(Bun.deepEquals(state, job.final), `${job.final.status} became ${state.status}`);
    if (isFinal(state)) job.final = state;
    const tries = job.attempts - job.handedBack;
    must(tries <= MAX_TRIES, `${job.attempts} attempts, ${job.handedBack} of them handed back`);
    if (state.status === "failed") must(job.hopeless || tries === MAX_TRIES, `failed after ${tries} tries`);
    const result = await jobs.result(user, job.id);
    must((result !== undefined) === (state.status === "completed"), `${state.status} with result ${result?.resultHash}`);
    if (result !== undefined)
      must(result.resultHash === `${job.id}/${state.attempt}`, `attempt ${state.attempt} left ${result.resultHash}`);
    must(job.outputs === (state.status === "completed" ? 1 : 0), `${state.status} after ${job.outputs} outputs`);
    if (job.cancelled) must(state.status === "cancelled", `cancelled, then ${state.status}`);
    return state;
  }

  async function accept() {
    const id = `018bcfe5-6800-7000-8000-${known.length.toString(16).padStart(12, "0")}` as JobId;
    const key = { key: `key-${pick(4)}`, bodyHash: "same" };
    const bars = { source: "sample", hash: null } as const;
    const job = { id, kind: "backtest", createdAtMs: now, symbol: "A", strategy: "momentum", request: "{}", bars } as const;
    const before = await jobs.replay(user, key);
    const { kind } = await jobs.accept(user, job, key, null);
    must(kind === (before === undefined ? "accepted" : "replayed"), `${kind} for a key of ${before}`);
    if (kind === "accepted")
      known.push({ id, attempts: 0, latest: 0, hopeless: false, handedBack: 0, outputs: 0, cancelled: false, final: null });
  }

  async function take(job: Known) {
    const before = await look(job);
    const taken = await jobs.take(user, job.id, WORKERS[pick(WORKERS.length)]!, LEASE_MS);
    if (taken === undefined) return;
    must(before.status === "queued" && before.readyAtMs <= now, `taken while ${before.status} or too early`);
    must(taken.state.attempt > job.latest, `attempt ${taken.state.attempt} after ${job.latest}`);
    job.latest = taken.state.attempt;
    job.attempts++;
    held.push({ id: job.id, attempt: taken.state.attempt });
  }

  /** The attempt is the one that runs now, by what `find` says. */
  async function runs(attempt: Held, job: Known): Promise<boolean> {
    const state = await look(job);
    return state.status === "running" && state.attempt === attempt.attempt;
  }

  async function finish(attempt: Held, job: Known) {
    const present = await runs(attempt, job);
    const written = await jobs.finish(user, attempt.id, attempt.attempt, outputOf(attempt));
    must(written === present, `finish of attempt ${attempt.attempt} gave ${written}`);
    if (written) job.outputs++;
  }

  async function end(attempt: Held, job: Known, how: number) {
    const present = await runs(attempt, job);
    if (how === 0) return finish(attempt, job);
    if (how === 1) {
      const again = next() < 0.8;
      const state = await jobs.giveUp(user, attempt.id, attempt.attempt, PROBLEM, again);
      must((state !== undefined) === present, `giving up attempt ${attempt.attempt} gave ${state?.status}`);
      if (present && !again) job.hopeless = true;
    } else if (how === 2) {
      const done = await jobs.release(user, attempt.id, attempt.attempt);
      must(done === present, `handing back attempt ${attempt.attempt} gave ${done}`);
      if (done) job.handedBack++;
    } else {
      const done = await jobs.renew(user, attempt.id, attempt.attempt, LEASE_MS);
      must(done === present, `renewing attempt ${attempt.attempt} gave ${done}`);
    }
  }

  async function anyStep() {
    const kind = pick(16);
    if (kind < 2 || known.length === 0) return accept();
    const job = known[pick(known.length)]!;
    const attempt = held[pick(held.length)];
    const holder = known.find(({ id }) => id === attempt?.id);
    if (kind < 6) return take(job);
    if (kind < 12 && attempt !== undefined && holder !== undefined) return end(attempt, holder, kind < 8 ? 0 : kind - 8);
    if (kind === 12) {
      const before = await look(job);
      const done = await jobs.cancel(user, job.id);
      must(done === (isFinal(before) ? "final" : "cancelled"), `cancelling while ${before.status} gave ${done}`);
      if (done === "cancelled") job.cancelled = true;
    } else if (kind === 13) {
      const before = await look(job);
      await jobs.due(10);
      const after = await look(job);
      const over = before.status === "running" && before.leaseUntilMs <= now;
      must(over || Bun.deepEquals(before, after), `${before.status} became ${after.status} with its lease running`);
    } else if (kind === 14) {
      const dead = WORKERS[pick(WORKERS.length)];
      // A death is the worker's, not the job's: as if it had handed back what it held.
      for (const one of known) {
        const before = await look(one);
        if (before.status === "running" && before.worker === dead) one.handedBack++;
      }
      await jobs.releaseDead((worker) => worker === dead);
    } else pass([0, 1000, 4000, LEASE_MS - 1, LEASE_MS][pick(5)]!);
    await look(job);
  }

  for (let step = 0; step < STEPS; step++) await anyStep();

  // The faults stop: one worker takes what is due and finishes it. Two leases and two pauses are the most a job has to wait for.
  for (let round = 0; round < 4; round++) {
    for (const { id } of await jobs.due(100)) {
      const job = known.find((one) => one.id === id)!;
      await take(job);
      const latest = held[held.length - 1];
      if (latest?.id === id) await finish(latest, job);
    }
    pass(LEASE_MS);
  }
  for (const job of known) must(isFinal(await look(job)), "a job never ends");
  // Whoever was frozen all the while wakes up now.
  for (const attempt of held) await finish(attempt, known.find(({ id }) => id === attempt.id)!);
  for (const job of known) await look(job);
  must((await jobs.due(100)).length === 0, "a job that ended is due");
}
