import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { BATCH_FIELDS } from "../core/requests/batch.ts";
import { JOB_FIELDS } from "../core/requests/job.ts";
import { SWEEP_FIELDS } from "../core/requests/sweep.ts";
import { WALK_FORWARD_FIELDS } from "../core/requests/walk-forward.ts";
import { BAD_BATCH_VALUES } from "./hostile/batches.ts";
import { HOSTILE_BYTES } from "./hostile/bytes.ts";
import { HOSTILE_REQUESTS, type HostileRequest } from "./hostile/requests.ts";
import { BAD_SWEEP_VALUES, BAD_VALUES, BAD_WALK_FORWARD_VALUES, REFUSED_BARS } from "./hostile/values.ts";
import { HTTP_STATUS } from "./http-errors.ts";
import { startServer, type TestServer } from "./test-server.ts";
import { exchange, type Piece } from "./test-socket.ts";

/** A server that says nothing for so long hangs. */
const PATIENCE_MS = 10_000;
const UNFINISHED_MS = 100;
const problemShape = z.object({
  status: z.number(),
  code: z.string(),
  detail: z.string().min(1),
  request_id: z.string().min(1),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
});

const folder = mkdtempSync(join(tmpdir(), "backgrid-hostile-"));
let server: TestServer;

beforeAll(async () => {
  server = await startServer(folder, { CONCURRENCY: "1" });
});

afterAll(async () => {
  server.kill("SIGKILL");
  await server.ended;
  rmSync(folder, { recursive: true, force: true });
});

function* bytesOf({ method, path, headers = {}, body }: HostileRequest): Generator<Piece> {
  const length = typeof body === "function" || body === undefined ? {} : { "content-length": String(body.length) };
  const all = { host: "localhost", ...length, ...headers };
  yield `${method} ${path} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;
  if (typeof body === "function") yield* body();
  else if (body !== undefined) yield body;
}

async function isHealthy(): Promise<boolean> {
  return (await fetch(`${server.url}/health`)).status === 200;
}

describe("a hostile request", () => {
  test.each(HOSTILE_REQUESTS.map((request) => [request.name, request] as const))(
    "is refused by a problem: %s",
    async (_, request) => {
      const reply = await exchange(server.port, bytesOf(request), PATIENCE_MS);
      if (reply.kind !== "answer") throw new Error(`no answer: ${reply.kind}`);
      expect(reply.headers.get("content-type")).toBe("application/problem+json");
      const problem = problemShape.parse(JSON.parse(reply.body));
      expect(request.codes.map(String)).toContain(problem.code);
      expect([reply.status, problem.status]).toEqual(Array(2).fill(Reflect.get(HTTP_STATUS, problem.code)));
      expect(reply.headers.get("x-request-id")).toBe(problem.request_id);
      const { field } = request;
      if (field !== undefined) {
        const named = problem.errors.map(({ path }) => path);
        expect(named.some((path) => path === field || path.startsWith(`${field}.`)) || named).toBe(true);
      }
      expect(await isHealthy()).toBe(true);
    },
  );

  test("leaves no dataset, no sweep, no walk-forward, no batch and no file behind, and no job but those whose bars the gate refused", async () => {
    const list = async (name: string): Promise<unknown> => (await fetch(`${server.url}/api/v1/${name}?limit=200`)).json();
    const { items } = z.object({ items: z.array(z.object({ status: z.string() })) }).parse(await list("jobs"));
    expect(items.map(({ status }) => status)).toEqual(Object.keys(REFUSED_BARS).map(() => "failed"));
    expect(await list("sweeps")).toEqual({ items: [], next_cursor: null });
    expect(await list("walk-forwards")).toEqual({ items: [], next_cursor: null });
    expect(await list("batches")).toEqual({ items: [], next_cursor: null });
    expect(await list("datasets")).toEqual({ items: [], next_cursor: null });
    expect([...new Bun.Glob("uploads/*").scanSync(folder)]).toEqual([]);
  });
});

describe("bytes that are no request", () => {
  test.each(HOSTILE_BYTES.map((bytes) => [bytes.name, bytes] as const))("are refused or cut off: %s", async (_, bytes) => {
    const unfinished = bytes.unfinished === true;
    const reply = await exchange(server.port, bytes.pieces, unfinished ? UNFINISHED_MS : PATIENCE_MS);
    if (reply.kind === "answer") {
      expect(reply.status === 505 || (reply.status >= 400 && reply.status < 500) || reply.status).toBe(true);
    } else expect(unfinished || reply.kind === "closed").toBe(true);
    expect(await isHealthy()).toBe(true);
  });
});

test("the list is long, and has something for every field of a job, a sweep, a walk-forward and a batch", () => {
  expect(HOSTILE_REQUESTS.length + HOSTILE_BYTES.length).toBeGreaterThanOrEqual(200);
  expect(Object.keys(BAD_VALUES).toSorted()).toEqual([...JOB_FIELDS].toSorted());
  const ofSweeps = SWEEP_FIELDS.filter((name) => !Object.hasOwn(BAD_VALUES, name) || name === "params");
  expect(Object.keys(BAD_SWEEP_VALUES).toSorted()).toEqual(ofSweeps.toSorted());
  const ofWalkForwards = WALK_FORWARD_FIELDS.filter((name) => !SWEEP_FIELDS.includes(name));
  expect(Object.keys(BAD_WALK_FORWARD_VALUES).toSorted()).toEqual(ofWalkForwards.toSorted());
  expect(Object.keys(BAD_BATCH_VALUES)).toEqual([...BATCH_FIELDS]);
});
