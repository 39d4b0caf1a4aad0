/** A load of equal jobs. */
export interface FloodSpec {
  /** Of the service. */
  readonly url: string;
  /** JSON text of one job. */
  readonly body: string;
  readonly connections: number;
  /** `waited`: each connection sends its next job when its last is answered with the result, for so many seconds. `accepted`: so many jobs are sent as fast as they are accepted. */
  readonly jobs: { readonly kind: "waited"; readonly seconds: number } | { readonly kind: "accepted"; readonly amount: number };
}

/** What became of it. Latencies in ms, steps of 1 ms; null where jobs were not waited for. */
export interface FloodResult {
  /** Answered as they should be. */
  readonly jobs: number;
  readonly bad: number;
  /** From the first request to the last answer, or until the last job was final. */
  readonly seconds: number;
  /** Of that, until all were accepted; null where jobs were waited for. */
  readonly acceptSeconds: number | null;
  /** Of processor time, spent by the load itself. */
  readonly cpuSeconds: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** Jobs that are accepted, taken and finished in a store, so many at a time. */
export interface StoreSpec {
  readonly place:
    | { readonly kind: "postgres"; readonly url: string }
    | { readonly kind: "sqlite"; readonly path: string; readonly synchronous: "normal" | "full" };
  readonly atOnce: number;
  /** Jobs before those that count. */
  readonly warmup: number;
  readonly jobs: number;
}

export interface StoreResult {
  readonly perSecond: number;
  /** Of a job, ms. */
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the client, ms a job. */
  readonly cpuMs: number;
}

/** Jobs that are put into a queue together, and those that are carried out at a time. */
export const IN_ONE_CALL = 50;
export const CONCURRENCY = 16;

/** What a process does with a queue of BullMQ. */
export interface QueueSpec {
  readonly backend: "redis" | "postgres";
  readonly url: string;
  readonly role: "speed" | "hold" | "take";
  readonly jobs: number;
}

/** Of jobs that do nothing. */
export interface QueueSpeed {
  readonly enqueuedPerSecond: number;
  readonly processedPerSecond: number;
}
