import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childrenOf } from "./kills/children.ts";
import { startServer, type TestServer } from "./test-server.ts";
import { shownBy } from "./test-service.ts";

/** The engine whose sweeps take long enough to be met on their way. */
const SETTINGS = { ENGINE: "ts", CONCURRENCY: "1" };
const SAMPLE = { symbol: "SAMPLE-TREND", source: "sample", strategy: "ma_crossover" };
const SWEEP = { ...SAMPLE, start: "2015-01-01", params: { fast: { from: 1, to: 40 }, slow: { from: 41, to: 70 } } };
const LONG = { ...SAMPLE, params: { fast: { from: 1, to: 400 }, slow: { from: 401, to: 600 } } };
const JOB = { ...SAMPLE, start: "2020-01-01", equity_points: "none" };

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

/** A folder for servers, one after the other. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-sweeps-"));
  cleanUp.push(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function serverOn(folder: string): Promise<TestServer> {
  const server = await startServer(folder, SETTINGS);
  cleanUp.push(async () => {
    server.kill("SIGKILL");
    await server.ended;
  });
  return server;
}

function send(server: TestServer, path: string, body: object, headers: Readonly<Record<string, string>> = {}) {
  const all = { "content-type": "application/json", ...headers };
  return fetch(`${server.url}/api/v1/${path}`, { method: "POST", headers: all, body: JSON.stringify(body) });
}

async function begun(server: TestServer, body: object): Promise<string> {
  return (await shownBy(await send(server, "sweeps", body, { prefer: "respond-async" }))).sweep_id;
}

/** The text of the events up to what matches, or to their end. */
async function eventsUntil(server: TestServer, id: string, pattern: RegExp): Promise<string> {
  const { body } = await fetch(`${server.url}/api/v1/sweeps/${id}/events`);
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (pattern.test(text)) break;
  }
  return text;
}

const PROGRESS = /event: progress\n/;
const END = /event: end\n.*\n.*\n/;

describe("a sweep on a running server", () => {
  test("tells its progress, ends when it is cancelled, and the next job runs", async () => {
    const server = await serverOn(newFolder());
    const id = await begun(server, LONG);
    const at = `${server.url}/api/v1/sweeps/${id}`;
    const told = await eventsUntil(server, id, /"done":[1-9]\d*,"total":80000/);
    expect(told).toContain('"status":"running","attempt":1');
    const shown = await (await fetch(at)).json();
    expect(shown).toMatchObject({ status: "running", progress: { done: expect.any(Number), total: 80_000 } });
    const end = eventsUntil(server, id, END);
    const job = send(server, "jobs", JOB);
    expect((await fetch(at, { method: "DELETE" })).status).toBe(202);
    expect(await end).toContain(`data: {"sweep_id":"${id}","status":"cancelled"}`);
    expect((await job).status).toBe(200);
    expect((await fetch(`${at}/trials`)).status).toBe(409);
  });

  test("whose child is killed is run again, and leaves what one that was let alone does", async () => {
    const server = await serverOn(newFolder());
    const expected = await shownBy(await send(server, "sweeps", SWEEP));
    const id = await begun(server, SWEEP);
    await eventsUntil(server, id, PROGRESS);
    for (const child of childrenOf(server.pid)) process.kill(Number(child.split(":")[0]), "SIGKILL");
    expect(await eventsUntil(server, id, END)).toContain('"status":"completed","attempt":2');
    expect((await shownBy(await fetch(`${server.url}/api/v1/sweeps/${id}`))).result_hash).toBe(expected.result_hash);
  });

  test("that is killed with its server is taken up by the next one", async () => {
    const folder = newFolder();
    const first = await serverOn(folder);
    const expected = await shownBy(await send(first, "sweeps", SWEEP));
    const id = await begun(first, SWEEP);
    await eventsUntil(first, id, PROGRESS);
    first.kill("SIGKILL");
    await first.ended;
    const second = await serverOn(folder);
    expect(await eventsUntil(second, id, END)).toContain('"status":"completed","attempt":2');
    const at = `${second.url}/api/v1/sweeps/${id}`;
    expect((await shownBy(await fetch(at))).result_hash).toBe(expected.result_hash);
    const csv = await fetch(`${at}/trials`, { headers: { accept: "text/csv" } });
    expect((await csv.text()).trim().split("\r\n")).toHaveLength(1201);
  });
});
