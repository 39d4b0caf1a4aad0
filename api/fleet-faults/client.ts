import type { Oddity, SentJob } from "../kills/client.ts";
import { RESOURCES } from "../resource.ts";
import { LONG_ONE, SENT, USUAL } from "./bodies.ts";

/** How long a job is sent again until somebody accepts it, and how long one answer may take. */
const PATIENCE_MS = 60_000;
const ANSWER_MS = 15_000;
const PAUSE_MS = 50;
const WAIT = "wait=5";
export const ASYNC = "respond-async";

/** What is sent: at least so many jobs. */
export interface Load {
  readonly jobs: number;
  readonly connections: number;
  /** Of so many jobs one is long; left out: none is. */
  readonly longIn?: number;
  /** Of a connection between two jobs. */
  readonly pauseMs?: number;
}

/** Sends jobs to the HTTP processes of a fleet, each under a key of its own, and again to any of them until one has accepted it. */
export class FleetClient {
  readonly jobs: SentJob[] = [];
  /** Answers that nobody should get. */
  readonly oddities: Oddity[] = [];
  /** Requests that were cut off, or answered with 503: the fleet may say that it cannot, for a while. */
  refused = 0;

  /**
   * @param fronts  where they listen, now
   * @param uniform draws from [0, 1): what is sent and how
   */
  constructor(
    readonly fronts: () => readonly string[],
    private readonly uniform: () => number,
  ) {}

  /** Those that an answer gave an id for. */
  get accepted(): readonly SentJob[] {
    return this.jobs.filter(({ ids }) => ids.size > 0);
  }

  /** Sends jobs of all usual kinds over several connections. Resolves when there are enough and all were accepted. */
  async load({ jobs, connections, longIn = Number.POSITIVE_INFINITY, pauseMs = 0 }: Load, isOver = () => true): Promise<void> {
    const sent: SentJob[] = [];
    let begun = 0;
    const one = async () => {
      while (begun < jobs || !isOver()) {
        const isLong = ++begun % longIn === 0;
        sent.push(await this.send(isLong ? LONG_ONE : USUAL[Math.floor(this.uniform() * USUAL.length)]!));
        // Somebody who did not hear sends again, to whomever.
        if (this.uniform() < 0.15) await this.sendAgain(sent[Math.floor(this.uniform() * sent.length)]!);
        await Bun.sleep(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
  }

  /** Resolves when the job was accepted; rejects when nobody does for long. */
  async send(body: number, prefer = this.uniform() < 0.5 ? ASYNC : WAIT): Promise<SentJob> {
    const job = this.newJob(body);
    await this.sendAgain(job, prefer);
    return job;
  }

  /** Noted, and not sent yet. */
  newJob(body: number): SentJob {
    const job: SentJob = { key: `fault-${this.jobs.length}`, body, ids: new Set(), hashes: new Set(), deleted: false };
    this.jobs.push(job);
    return job;
  }

  async sendAgain(job: SentJob, prefer = ASYNC): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (!(await this.try(job, prefer))) {
      if (performance.now() > until) throw new Error(`nobody accepted ${job.key} within ${PATIENCE_MS} ms`);
      await Bun.sleep(PAUSE_MS);
    }
  }

  /** False when it is to be sent again. */
  private async try(job: SentJob, prefer: string): Promise<boolean> {
    const fronts = this.fronts();
    const front = fronts[Math.floor(this.uniform() * fronts.length)];
    const answer = await this.post(`${front}`, job, prefer).catch(() => null);
    if (answer !== null && answer.id !== null) return true;
    this.refused++;
    if (answer !== null && answer.status !== 503) this.oddities.push(`POST ${answer.status} ${answer.text.slice(0, 200)}`);
    return false;
  }

  /** One request, to one process. Rejects when it is cut off. */
  async post(front: string, job: SentJob, prefer: string) {
    const { kind, body } = SENT[job.body]!;
    const response = await fetch(`${front}${RESOURCES[kind].path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": job.key, prefer },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    // The place of the job comes with the head: an answer that is cut off after it has promised the job.
    const id = response.headers.get("location")?.split("/").at(-1) ?? null;
    if (id !== null) job.ids.add(id);
    const text = await response.text();
    const hash = /"result_hash":"([^"]+)"/.exec(text)?.[1];
    if (hash !== undefined) job.hashes.add(hash);
    return { id, status: response.status, text };
  }
}
