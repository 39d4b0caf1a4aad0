import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { JobStatus } from "../core/jobs/job.ts";

/** The service's own figures, all in one registry. */
export interface ServiceMetrics {
  readonly registry: Registry;
  /** Seconds from the first byte of a request to the answer's head, by method, route pattern and status. */
  readonly requests: Histogram<"method" | "route" | "status">;
  /** Jobs by the state they came into: `queued` counts accepted ones. */
  readonly jobs: Counter<"status">;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Creates the figures in a registry, which must not hold them yet.
 * @throws when it does
 */
export function createServiceMetrics(registry: Registry): ServiceMetrics {
  const registers = [registry];
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
  };
}

/** Figures read when asked for: what waits and what the pool does. */
export function addRunnerGauges(
  registry: Registry,
  runner: { readonly queued: number; readonly pool: { readonly size: number; readonly load: number } },
): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("backgrid_jobs_queued", "Jobs that wait in this process", () => runner.queued);
  gauge("backgrid_pool_size", "Child processes", () => runner.pool.size);
  gauge("backgrid_pool_load", "Tasks that wait for a child process or run in one", () => runner.pool.load);
}

/** Counts a job that came into a state. */
export function countJob(metrics: ServiceMetrics, status: JobStatus): void {
  metrics.jobs.inc({ status });
}
