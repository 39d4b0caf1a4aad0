/** One request, as a load sends it again and again. */
export interface Call {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly body?: string;
  /** Which `result_hash` answers must have; without it answers are only counted. */
  readonly resultHash?: string;
}

/** For load.ts: as much as the connections carry, or at a rate. */
export interface LoadSpec {
  readonly call: Call;
  readonly connections: number;
  /** Before the time that counts. */
  readonly warmupSeconds: number;
  readonly seconds?: number;
  /** Requests, in place of seconds. */
  readonly amount?: number;
  readonly perSecond?: number;
}

/** What became of a load. Latencies in ms, steps of 1 ms. */
export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Answers other than 200, and requests without one. */
  readonly bad: number;
  /** Answers whose result hash was compared, and those that had another one. */
  readonly checked: number;
  readonly wrong: number;
}

/** For paced.ts. */
export interface PacedSpec {
  readonly call: Call;
  /** Null: one after the other over one connection. */
  readonly perSecond: number | null;
  /** Requests before those that count. */
  readonly warmup: number;
  readonly count: number;
  /** Epoch ms at which those that count begin; ends before `count` when standard input does. */
  readonly beginMs?: number;
}

/** Latencies in ms, with a fine clock. */
export interface PacedResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly bad: number;
  readonly wrong: number;
}
