import { Hono } from "hono";
import { appError, type Finding } from "../../core/errors.ts";
import { jsonAnswer } from "../http/answer.ts";
import type { Env } from "../http/env.ts";
import { problem } from "../http/problem.ts";
import type { Parts } from "../parts.ts";
import { within } from "../within.ts";
import { overload } from "./overload.ts";

const ALIVE = '{"status":"ok"}';
/** A store or a queue that needs longer counts as broken. */
const ANSWER_MS = 2000;

/** `GET /health`: this process runs. `GET /ready`: it can take jobs. */
export function healthRoutes(parts: Parts): Hono<Env> {
  return new Hono<Env>()
    .get("/health", () => new Response(ALIVE, { headers: { "content-type": "application/json" } }))
    .get("/ready", async (c) => {
      const troubles = await troublesOf(parts);
      if (troubles.length > 0) return problem(c, appError("unavailable", "this server cannot take jobs now", troubles));
      const details = await parts.details();
      return jsonAnswer({ status: "ready", checks: { store: "ok", queue: "ok", engine: "ok" }, ...details });
    });
}

async function troublesOf(parts: Parts): Promise<Finding[]> {
  const trouble = (path: string, message: string | null) => (message === null ? [] : [{ path, message: `${path}: ${message}` }]);
  return [
    ...trouble("store", await troubleOf(parts.jobs.ping())),
    ...trouble("queue", overload(parts)?.detail ?? (await troubleOf(parts.pingQueue()))),
    ...trouble("engine", parts.engineTrouble()),
  ];
}

async function troubleOf(answer: Promise<void>): Promise<string | null> {
  try {
    await within(ANSWER_MS, "it", answer);
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}
