import { Hono } from "hono";
import type { Env } from "../http/env.ts";
import type { Parts } from "../parts.ts";

/** `GET /metrics`: the service's figures as Prometheus reads them. */
export function metricsRoutes({ metrics: { registry } }: Parts): Hono<Env> {
  return new Hono<Env>().get("/metrics", async () => {
    return new Response(await registry.metrics(), { headers: { "content-type": registry.contentType } });
  });
}
