import { Hono } from "hono";
import { appError, type Finding } from "../../core/errors.ts";
import { jsonAnswer } from "../http/answer.ts";
import type { Env } from "../http/env.ts";
import { problem } from "../http/problem.ts";
import type { Parts } from "../parts.ts";
import { overload } from "./overload.ts";

const ALIVE = '{"status":"ok"}';
/** A store that needs longer counts as broken. */
const STORE_MS = 2000;

/** `GET /health`: this process runs. `GET /ready`: it can take jobs. */
export function healthRoutes(parts: Parts): Hono<Env> {
  return new Hono<Env>()
    .get("/health", () => new Response(ALIVE, { headers: { "content-type": "application/json" } }))
    .get("/ready", async (c) => {
      const troubles = await troublesOf(parts);
      if (troubles.length > 0) return problem(c, appError("unavailable", "this server cannot take jobs now", troubles));
      return jsonAnswer({ status: "ready", checks: { store: "ok", queue: "ok", engine: "ok" } });
    });
}

async function troublesOf(parts: Parts): Promise<Finding[]> {
  const trouble = (path: string, message: string | null) => (message === null ? [] : [{ path, message: `${path}: ${message}` }]);
  return [
    ...trouble("store", await storeTrouble(parts)),
    ...trouble("queue", overload(parts)?.detail ?? null),
    ...trouble("engine", parts.engineTrouble()),
  ];
}

async function storeTrouble({ jobs }: Parts): Promise<string | null> {
  let timer: Timer | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${STORE_MS} ms`), STORE_MS);
  });
  const asked = jobs.ping().then(
    () => null,
    (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
  );
  const answer = await Promise.race([asked, late]);
  clearTimeout(timer);
  return answer;
}
