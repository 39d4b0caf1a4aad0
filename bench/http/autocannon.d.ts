/** What is used of autocannon 9, which comes without types. */
declare module "autocannon" {
  export interface Options {
    readonly url: string;
    readonly method: "GET" | "POST";
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration?: number;
    /** Requests, in place of a duration. */
    readonly amount?: number;
    /** Requests a second over all connections. */
    readonly overallRate?: number;
    /** Seconds. */
    readonly timeout?: number;
  }

  /** Milliseconds. */
  export interface Histogram {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
  }

  export interface Result {
    readonly latency: Histogram;
    readonly requests: { readonly total: number };
    /** Seconds. */
    readonly duration: number;
    readonly errors: number;
    readonly timeouts: number;
    readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>;
  }

  export default function autocannon(options: Options): Promise<Result>;
}
