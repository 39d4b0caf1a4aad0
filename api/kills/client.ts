import { RESOURCES } from "../resource.ts";
import { BODIES } from "./requests.ts";

/** One job as its sender knows it. */
export interface SentJob {
  readonly key: string;
  /** Which of BODIES. */
  readonly body: number;
  /** Every id that an answer gave for the key; more than one is a fault of the service. */
  readonly ids: Set<string>;
  /** Result hashes that answers gave. */
  readonly hashes: Set<string>;
  /** A DELETE was sent: it may be cancelled. */
  deleted: boolean;
}

/** Statuses of answers that were neither expected nor cut off by a kill. */
export type Oddity = string;

/** Sends jobs over several connections until the server goes or `stop` is called. */
export class Client {
  readonly jobs: SentJob[] = [];
  readonly oddities: Oddity[] = [];
  private readonly uniform: () => number;

  /** @param uniform draws from [0, 1): what is sent and how */
  constructor(uniform: () => number) {
    this.uniform = uniform;
  }

  /** Keeps `connections` requests under way. Resolves when all have ended. */
  async load(url: string, connections: number, signal: AbortSignal): Promise<void> {
    const one = async () => {
      while (!signal.aborted) if (!(await this.step(url, signal))) return;
    };
    await Promise.all(Array.from({ length: connections }, one));
  }

  /** Sends what has no answer yet once more, until each has one. */
  async finishOff(url: string): Promise<void> {
    for (const job of this.jobs) if (job.ids.size === 0) await this.send(url, job, { prefer: "respond-async" });
  }

  /** A new job, or now and then an old one once more. False when the server is gone. */
  private async step(url: string, signal: AbortSignal): Promise<boolean> {
    const again = this.jobs.length > 0 && this.uniform() < 0.15;
    const old = again ? this.jobs[Math.floor(this.uniform() * this.jobs.length)] : undefined;
    const async = this.uniform() < 0.5;
    try {
      const id = await this.send(url, old ?? this.newJob(), async ? { prefer: "respond-async" } : {}, signal);
      if (id !== null && old === undefined && this.uniform() < 0.1) await this.cancel(url, id, signal);
      return true;
    } catch {
      return false;
    }
  }

  private newJob(): SentJob {
    const job: SentJob = {
      key: `kill-${this.jobs.length}`,
      body: Math.floor(this.uniform() * BODIES.length),
      ids: new Set(),
      hashes: new Set(),
      deleted: false,
    };
    this.jobs.push(job);
    return job;
  }

  private async send(url: string, job: SentJob, headers: Readonly<Record<string, string>>, signal?: AbortSignal) {
    const { kind, body } = BODIES[job.body]!;
    const response = await fetch(`${url}${RESOURCES[kind].path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": job.key, ...headers },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
    // The place of the job comes with the head: an answer that is cut off after it has promised the job.
    const id = response.headers.get("location")?.split("/").at(-1) ?? null;
    if (id !== null) job.ids.add(id);
    const text = await response.text();
    if (response.status !== 200 && response.status !== 202) this.oddities.push(`POST ${response.status} ${text.slice(0, 200)}`);
    const hash = /"result_hash":"([^"]+)"/.exec(text)?.[1];
    if (hash !== undefined) job.hashes.add(hash);
    return id === null ? null : { id, job };
  }

  private async cancel(url: string, { id, job }: { readonly id: string; readonly job: SentJob }, signal: AbortSignal) {
    job.deleted = true;
    const { status } = await fetch(`${url}${RESOURCES[BODIES[job.body]!.kind].path}/${id}`, { method: "DELETE", signal });
    if (status !== 202 && status !== 409) this.oddities.push(`DELETE ${status}`);
  }
}
