import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import type { Env } from "../http/env.ts";
import { eventStream } from "../http/event-stream.ts";
import type { JobEvent } from "../parts.ts";
import { A_JOB, post, shownBy, startTestService, type TestService } from "../test-service.ts";
import { eventRoutes } from "./events.ts";

async function startJob(service: TestService): Promise<string> {
  return (await shownBy(await service.request("/api/v1/jobs", post(A_JOB, { prefer: "wait=0" })))).job_id;
}

/** The events of a whole stream as `name id data`. */
function eventsIn(text: string): string[] {
  return [...text.matchAll(/event: (\w+)\nid: (\S+)\ndata: (.*)\n\n/g)].map(([, name, id, data]) => {
    const { job_id: _, ...rest }: Record<string, unknown> = JSON.parse(data ?? "");
    return `${name} ${id} ${JSON.stringify(rest)}`;
  });
}

describe("the events of a job", () => {
  test("tell what it is in, then what happens, and end with `end`", async () => {
    await using service = await startTestService();
    service.hold();
    const id = await startJob(service);
    while ((await shownBy(await service.request(`/api/v1/jobs/${id}`))).status !== "running") await Bun.sleep(1);
    const answer = await service.request(`/api/v1/jobs/${id}/events`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    service.release();
    expect(eventsIn(await answer.text())).toEqual([
      'state 3 {"status":"running","attempt":1}',
      'state 5 {"status":"completed","attempt":1}',
      'end end {"status":"completed"}',
    ]);
  });

  test("of a final job are its state and the end, at once", async () => {
    await using service = await startTestService();
    const { job_id } = await shownBy(await service.request("/api/v1/jobs", post({ symbol: "NOPE", strategy: "buy_and_hold" })));
    const answer = await service.request(`/api/v1/jobs/${job_id}/events`);
    expect(eventsIn(await answer.text())).toEqual(['state 5 {"status":"failed","attempt":1}', 'end end {"status":"failed"}']);
  });

  test("that a client has seen are not told again; one that saw the end is told to stop asking", async () => {
    await using service = await startTestService();
    const { job_id } = await shownBy(await service.request("/api/v1/jobs", post(A_JOB)));
    const ask = (last: string) => service.request(`/api/v1/jobs/${job_id}/events`, { headers: { "last-event-id": last } });
    expect(eventsIn(await (await ask("5")).text())).toEqual(['end end {"status":"completed"}']);
    expect(eventsIn(await (await ask("3")).text())).toHaveLength(2);
    expect((await ask("end")).status).toBe(204);
  });

  test("hold progress, and a heartbeat while nothing happens; nobody listens any more when the client is gone", async () => {
    await using service = await startTestService();
    service.hold();
    const id = await startJob(service);
    const listeners = new Set<(event: JobEvent) => void>();
    const runner = {
      ...service.parts.runner,
      subscribe: (_: unknown, listener: (event: JobEvent) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const app = new Hono<Env>().route("/", eventRoutes({ ...service.parts, runner }, 5));
    const { body } = await app.request(`/api/v1/jobs/${id}/events`);
    const reader = body?.getReader();
    let text = "";
    const decoder = new TextDecoder();
    for (const listener of listeners) listener({ kind: "progress", done: 3, total: 9 });
    while (!text.includes(": ping") || !text.includes("progress")) text += decoder.decode((await reader?.read())?.value);
    expect(text).toContain('data: {"done":3,"total":9}');
    expect(listeners.size).toBe(1);
    await reader?.cancel();
    expect(listeners.size).toBe(0);
  });

  test("are not followed by HEAD", async () => {
    await using service = await startTestService();
    service.hold();
    const id = await startJob(service);
    const answer = await service.request(`/api/v1/jobs/${id}/events`, { method: "HEAD" });
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([200, "text/event-stream", ""]);
  });
});

test("an event stream leaves out what a client that does not read can do without", async () => {
  let left = 0;
  const stream = eventStream(60_000, ({ sendIfRead, end }) => {
    for (let i = 0; i < 10_000; i++) if (!sendIfRead("progress", "1", { done: i, total: 10_000 })) left++;
    end();
    return () => {};
  });
  const text = await new Response(stream).text();
  expect(left).toBeGreaterThan(8000);
  expect(text.length).toBeLessThan(100_000);
  expect(text.match(/event: progress/g)).toHaveLength(10_000 - left);
});
