import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { JobState } from "../core/jobs/job.ts";

/** The service's own figures, all in one registry. */
export interface ServiceMetrics {
  readonly registry: Registry;
  /** Seconds from the first byte of a request to the answer's head, by method, route pattern and status. */
  readonly requests: Histogram<"method" | "route" | "status">;
  /** Jobs by the state they came into: `queued` counts accepted ones. */
  readonly jobs: Counter<"status">;
  /** Jobs that failed for good, by the code of their problem. */
  readonly problems: Counter<"code">;
  /** Tries that failed and were put off to be tried again. */
  readonly retries: Counter;
  /** Seconds from a job's acceptance to each time it is taken. */
  readonly wait: Histogram;
  /** Seconds from taking a job to its end in this process, its bars and its writing included. */
  readonly run: Histogram;
  /** Seconds of a call to the store, by its name. */
  readonly store: Histogram<"call">;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Creates the figures in a registry, which must not hold them yet.
 * @throws when it does
 */
export function createServiceMetrics(registry: Registry): ServiceMetrics {
  const registers = [registry];
  const histogram = (name: string, help: string) => new Histogram({ name, help, buckets: SECONDS, registers });
  return {
    registry,
    requests: new Histogram({
      name: "backgrid_http_request_duration_seconds",
      help: "Time to answer a request",
      labelNames: ["method", "route", "status"],
      buckets: SECONDS,
      registers,
    }),
    jobs: new Counter({
      name: "backgrid_jobs_total",
      help: "Jobs by the state they came into",
      labelNames: ["status"],
      registers,
    }),
    problems: new Counter({
      name: "backgrid_job_problems_total",
      help: "Jobs that failed for good, by the code of their problem",
      labelNames: ["code"],
      registers,
    }),
    retries: new Counter({ name: "backgrid_job_retries_total", help: "Tries that failed and are made again", registers }),
    wait: histogram("backgrid_job_wait_seconds", "Time from a job's acceptance to each time it is taken"),
    run: histogram("backgrid_job_run_seconds", "Time from taking a job to its end in this process"),
    store: new Histogram({
      name: "backgrid_store_seconds",
      help: "Time of a call to the store",
      labelNames: ["call"],
      buckets: SECONDS,
      registers,
    }),
  };
}

/** Figures read when asked for: what waits and what the pool does. One that cannot be read is NaN. */
export function addRunnerGauges(
  registry: Registry,
  runner: { readonly queued: number | Promise<number>; readonly pool: { readonly size: number; readonly load: number } },
): void {
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        try {
          this.set(await read());
        } catch {
          this.set(Number.NaN);
        }
      },
    });
  gauge("backgrid_jobs_queued", "Jobs that wait in this process, or in a fleet", () => runner.queued);
  gauge("backgrid_pool_size", "Child processes", () => runner.pool.size);
  gauge("backgrid_pool_load", "Tasks that wait for a child process or run in one", () => runner.pool.load);
}

/** Counts a job that came into a state. */
export function countJob(metrics: ServiceMetrics, state: JobState | { readonly status: "queued" | "cancelled" }): void {
  metrics.jobs.inc({ status: state.status });
  if (state.status === "failed") metrics.problems.inc({ code: state.problem.code });
}
