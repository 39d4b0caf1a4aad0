import { type AppError, fail } from "../core/errors.ts";
import type { JobStore } from "../core/jobs/store.ts";
import { ok, type Result } from "../core/result.ts";
import type { ServiceMetrics } from "./metrics.ts";
import type { JobQueue } from "./queue/queue.ts";
import { reasonOf } from "./runner/hands.ts";

export interface PageParts {
  readonly metrics: ServiceMetrics;
  readonly stores: { readonly jobs: Pick<JobStore, "ping"> };
  readonly queue: Pick<JobQueue, "ping">;
  readonly engineTrouble: () => AppError | null;
}

/** What a worker answers over HTTP: `/health`, `/ready` and `/metrics`. Errors: `unavailable` when the address is not to be had. */
export function workerPage(
  hostname: string,
  port: number,
  { metrics, stores, queue, engineTrouble }: PageParts,
): Result<{ readonly url: string; stop(): Promise<void> }, AppError> {
  const answer = (status: number, body: object) => Response.json(body, { status });
  const ready = async () => {
    const [store, bell] = await Promise.allSettled([stores.jobs.ping(), queue.ping()]);
    const say = (check: PromiseSettledResult<void>) => (check.status === "fulfilled" ? "ok" : reasonOf(check.reason));
    const checks = { store: say(store), queue: say(bell), engine: engineTrouble()?.detail ?? "ok" };
    const isReady = Object.values(checks).every((word) => word === "ok");
    return answer(isReady ? 200 : 503, { status: isReady ? "ready" : "unavailable", checks });
  };
  try {
    const server = Bun.serve({
      hostname,
      port,
      async fetch({ url }) {
        const { pathname } = new URL(url);
        if (pathname === "/health") return answer(200, { status: "ok" });
        if (pathname === "/ready") return ready();
        if (pathname !== "/metrics") return answer(404, { status: "unknown", paths: ["/health", "/ready", "/metrics"] });
        return new Response(await metrics.registry.metrics(), { headers: { "content-type": metrics.registry.contentType } });
      },
    });
    return ok({ url: server.url.href.replace(/\/$/, ""), stop: () => server.stop(true) });
  } catch (cause) {
    return fail("unavailable", `cannot listen on ${hostname}:${port}: ${reasonOf(cause)}`);
  }
}
