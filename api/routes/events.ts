import { Hono } from "hono";
import { isFinal, type Job, type JobKind, type JobState, type JobStatus } from "../../core/jobs/job.ts";
import type { Ctx, Env } from "../http/env.ts";
import { type EventStream, eventStream } from "../http/event-stream.ts";
import { problem } from "../http/problem.ts";
import { refusedQuery } from "../http/query.ts";
import type { JobEvent, Parts } from "../parts.ts";
import { idOf, RESOURCES } from "../resource.ts";
import { findJob } from "./find-job.ts";

const HEARTBEAT_MS = 5000;
const LAST = "end";

/** `GET` of `/events` of a job, a sweep and a walk-forward: the state at once, then what happens, then `end`. */
export function eventRoutes(parts: Parts, heartbeatMs = HEARTBEAT_MS): Hono<Env> {
  const routes = new Hono<Env>();
  for (const { kind, path } of Object.values(RESOURCES)) {
    routes.get(`${path}/:id/events`, (c) => events(c, parts, kind, heartbeatMs));
  }
  return routes;
}

async function events(c: Ctx, parts: Parts, kind: JobKind, heartbeatMs: number): Promise<Response> {
  const refused = refusedQuery(c.req.url);
  if (refused !== null) return problem(c, refused);
  const found = await findJob(c, parts, kind);
  if (!found.ok) return problem(c, found.error);
  const headers = { "content-type": "text/event-stream", "x-accel-buffering": "no" };
  const seen = c.req.header("last-event-id") ?? null;
  // A client that saw the end and asks again is told not to.
  if (seen === LAST && isFinal(found.value.state)) return new Response(null, { status: 204 });
  if (c.req.method === "HEAD") return new Response(null, { headers });
  return new Response(follow(parts, found.value, seen, heartbeatMs), { headers });
}

function follow({ jobs, runner, user }: Parts, job: Job, seen: string | null, heartbeatMs: number): ReadableStream<Uint8Array> {
  const ref = { user, id: job.id };
  let refresh = () => {};
  const start = ({ send, sendIfRead, end }: EventStream) => {
    let shown = /^\d{1,9}$/.test(seen ?? "") ? Number(seen) : -1;
    const showState = (status: JobStatus, attempt: number) => {
      const place = placeOf(status, attempt);
      if (place <= shown) return;
      shown = place;
      send("state", String(place), { ...idOf(job), status, attempt });
    };
    const finish = (status: JobStatus) => {
      send("end", LAST, { ...idOf(job), status });
      end();
    };
    const tell = (event: JobEvent) => {
      if (event.kind === "progress") sendIfRead("progress", String(shown), { done: event.done, total: event.total });
      else if (event.kind === "end") refresh();
      else showState(event.status, event.attempt);
    };
    const catchUp = (state: JobState) => {
      showState(state.status, state.attempt);
      if (isFinal(state)) finish(state.status);
    };
    // What happens between finding the job and listening would be lost: it is read again while already listening.
    const leave = runner.subscribe(ref, tell);
    refresh = () => {
      jobs.find(user, job.id).then((now) => (now === undefined ? end() : catchUp(now.state)), end);
    };
    catchUp(job.state);
    refresh();
    return leave;
  };
  return eventStream(heartbeatMs, start, () => refresh());
}

/** Where a state stands in a job's life, whoever tells of it: an attempt is running, then queued once more or final. */
function placeOf(status: JobStatus, attempt: number): number {
  return attempt * 3 + (status === "running" ? 0 : status === "queued" ? 1 : 2);
}
