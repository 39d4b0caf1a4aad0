import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VERSION } from "../../core/version.ts";
import { startServer, type TestServer } from "../test-server.ts";
import { openApiDocument } from "./document.ts";
import { batchExamples, jobExamples, sweepExamples, walkForwardExamples } from "./examples.ts";
import { complaints, object } from "./schema-check.ts";

const document = openApiDocument(VERSION);
const folder = mkdtempSync(join(tmpdir(), "backgrid-openapi-"));
let server: TestServer;

beforeAll(async () => {
  server = await startServer(folder);
});
afterAll(async () => {
  server.kill("SIGTERM");
  await server.ended;
  rmSync(folder, { recursive: true });
});

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What an operation answers, after it was held against the document: status, type, headers and body. */
async function call(
  method: string,
  template: string,
  values: Readonly<Record<string, string>> = {},
  query = "",
  sent: Sent = {},
) {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  const response = await fetch(`${server.url}${path}${query}`, { method, ...sent });
  const text = await response.text();
  const operation = object(object(object(document.paths)[template])[method.toLowerCase()]);
  const answers = object(operation.responses);
  const told = object(answers[response.status] ?? {});
  const name = `${method} ${path}${query}: ${response.status}`;
  expect(told.description, name).toBeString();
  expect(response.headers.get("x-request-id"), name).toBeString();
  const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
  if (text === "") expect(told.content, name).toBeUndefined();
  else expect(Object.keys(object(told.content)), name).toContain(type);
  const body: unknown = type.endsWith("json") ? JSON.parse(text) : text;
  if (type.endsWith("json")) {
    const { schema } = object(object(told.content)[type]);
    expect(complaints(object(schema), body, { document, closed: true }), name).toEqual([]);
  }
  return { status: response.status, body };
}

const JOBS = "/api/v1/jobs";
const JOB = "/api/v1/jobs/{id}";
const SWEEPS = "/api/v1/sweeps";
const SWEEP = "/api/v1/sweeps/{id}";
const WALK_FORWARDS = "/api/v1/walk-forwards";
const WALK_FORWARD = "/api/v1/walk-forwards/{id}";
const BATCHES = "/api/v1/batches";
const BATCH = "/api/v1/batches/{id}";
const DATASET = "/api/v1/datasets/{symbol}";
const CSV = { headers: { accept: "text/csv" } };

const submit = (body: object, headers: Readonly<Record<string, string>> = {}, to = JOBS) =>
  call("POST", to, {}, "", { headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

describe("a running server answers what the document says", () => {
  test("the document itself is the one that is served", async () => {
    expect((await call("GET", "/openapi.json")).body).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test("on jobs, from the example requests on", async () => {
    expect((await submit(jobExamples.sample.value)).status).toBe(200);
    expect((await submit(jobExamples.signals.value)).status).toBe(200);
    const { status, body } = await submit(jobExamples.inline.value);
    const id = String(object(body).job_id);
    expect(status).toBe(200);
    expect((await call("GET", JOB, { id })).body).toEqual(body);
    for (const part of ["equity", "trades"]) {
      expect((await call("GET", `${JOB}/${part}`, { id })).status).toBe(200);
      expect((await call("GET", `${JOB}/${part}`, { id }, "", CSV)).status).toBe(200);
    }
    expect((await call("GET", `${JOB}/equity`, { id }, "?points=2&from=2024-01-03")).status).toBe(200);
    expect((await call("GET", `${JOB}/events`, { id })).status).toBe(200);
    expect(object((await call("POST", `${JOB}/verify`, { id })).body).match).toBe(true);
    expect((await call("GET", JOBS, {}, "?limit=2")).status).toBe(200);
    expect((await call("GET", JOBS, {}, "", CSV)).status).toBe(200);
    expect((await call("DELETE", JOB, { id })).status).toBe(409);
    expect((await call("DELETE", JOB, { id }, "?remove=true")).status).toBe(204);
    expect((await call("GET", JOB, { id })).status).toBe(404);
  });

  test("on jobs that go on, fail, are repeated or refused", async () => {
    const { sample, signals } = jobExamples;
    expect((await submit(sample.value, { prefer: "respond-async" })).status).toBe(202);
    const tooShort = {
      symbol: "SAMPLE-TREND",
      source: "sample",
      strategy: "momentum",
      params: { lookback: 4000 },
      start: "2024-01-01",
    };
    const failed = await submit(tooShort);
    const id = String(object(failed.body).job_id);
    expect([failed.status, (await call("GET", JOB, { id })).status]).toEqual([422, 200]);
    expect((await call("GET", `${JOB}/trades`, { id })).status).toBe(409);
    const key = { "idempotency-key": "k" };
    const statuses = [await submit(sample.value, key), await submit(sample.value, key), await submit(signals.value, key)];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 422]);
    expect((await submit({ symbol: "AAPL" })).status).toBe(400);
    expect((await submit({ symbol: "NOPE", source: "sample", strategy: "momentum" })).status).toBe(404);
  });

  test("on sweeps, from the example requests on", async () => {
    const { ranges, lists } = sweepExamples;
    expect((await submit(lists.value, {}, SWEEPS)).status).toBe(200);
    const tested = { ...lists.value, start: "2023-01-01", overfitting: "fast", snooping_tests: true };
    expect((await submit(tested, {}, SWEEPS)).body).toMatchObject({ overfitting: { spa: { consistent: expect.any(Number) } } });
    const { status, body } = await submit(ranges.value, {}, SWEEPS);
    const id = String(object(body).sweep_id);
    expect(status).toBe(200);
    expect((await call("GET", SWEEP, { id })).body).toEqual(body);
    expect((await call("GET", `${SWEEP}/trials`, { id }, "?sort=-sharpe&sharpe_gte=0&limit=3")).status).toBe(200);
    expect((await call("GET", `${SWEEP}/trials`, { id }, "", CSV)).status).toBe(200);
    expect((await call("GET", `${SWEEP}/trials`, { id }, "?sort=luck")).status).toBe(400);
    expect((await call("GET", `${SWEEP}/heatmap`, { id }, "?metric=trades")).status).toBe(200);
    expect((await call("GET", `${SWEEP}/events`, { id })).status).toBe(200);
    expect((await call("GET", SWEEPS, {}, "?limit=1")).status).toBe(200);
    expect((await call("GET", SWEEPS, {}, "", CSV)).status).toBe(200);
    expect((await call("DELETE", SWEEP, { id })).status).toBe(409);
    expect((await call("DELETE", SWEEP, { id }, "?remove=true")).status).toBe(204);
    expect((await call("GET", SWEEP, { id })).status).toBe(404);
  });

  test("on sweeps that go on, are cancelled, fail or are refused", async () => {
    const { ranges } = sweepExamples;
    const { body } = await submit(ranges.value, { prefer: "respond-async" }, SWEEPS);
    const id = String(object(body).sweep_id);
    expect((await call("GET", SWEEP, { id })).status).toBe(200);
    expect([202, 409]).toContain((await call("DELETE", SWEEP, { id })).status);
    const failed = await submit({ ...ranges.value, start: "2090-01-01" }, {}, SWEEPS);
    expect(failed.status).toBe(422);
    const of = { id: String(object(failed.body).sweep_id) };
    expect([(await call("GET", SWEEP, of)).status, (await call("GET", `${SWEEP}/trials`, of)).status]).toEqual([200, 409]);
    expect((await submit({ symbol: "AAPL" }, {}, SWEEPS)).status).toBe(400);
    expect((await call("GET", SWEEPS, {}, "?cursor=x")).status).toBe(400);
  });

  test("on walk-forwards, from the example requests on", async () => {
    const { rolling, anchored } = walkForwardExamples;
    expect((await submit(anchored.value, {}, WALK_FORWARDS)).status).toBe(200);
    const { status, body } = await submit(rolling.value, {}, WALK_FORWARDS);
    const id = String(object(body).walk_forward_id);
    expect(status).toBe(200);
    expect((await call("GET", WALK_FORWARD, { id })).body).toEqual(body);
    expect((await call("GET", `${WALK_FORWARD}/equity`, { id }, "?points=2&from=2018-01-01")).status).toBe(200);
    expect((await call("GET", `${WALK_FORWARD}/equity`, { id }, "", CSV)).status).toBe(200);
    expect((await call("GET", `${WALK_FORWARD}/equity`, { id }, "?points=1")).status).toBe(400);
    expect((await call("GET", `${WALK_FORWARD}/events`, { id })).status).toBe(200);
    expect((await call("GET", WALK_FORWARDS, {}, "?limit=1")).status).toBe(200);
    expect((await call("GET", WALK_FORWARDS, {}, "", CSV)).status).toBe(200);
    expect((await call("DELETE", WALK_FORWARD, { id })).status).toBe(409);
    expect((await call("DELETE", WALK_FORWARD, { id }, "?remove=true")).status).toBe(204);
    expect((await call("GET", WALK_FORWARD, { id })).status).toBe(404);
  });

  test("on walk-forwards that go on, are cancelled, fail, choose nothing or are refused", async () => {
    const { rolling } = walkForwardExamples;
    const { body } = await submit(rolling.value, { prefer: "respond-async" }, WALK_FORWARDS);
    const id = String(object(body).walk_forward_id);
    expect((await call("GET", WALK_FORWARD, { id })).status).toBe(200);
    expect([202, 409]).toContain((await call("DELETE", WALK_FORWARD, { id })).status);
    const failed = await submit({ ...rolling.value, start: "2024-01-01" }, {}, WALK_FORWARDS);
    expect(failed.status).toBe(422);
    const of = { id: String(object(failed.body).walk_forward_id) };
    expect([(await call("GET", WALK_FORWARD, of)).status, (await call("GET", `${WALK_FORWARD}/equity`, of)).status]).toEqual([
      200, 409,
    ]);
    const windows = { in_sample_bars: 1500, out_of_sample_bars: 1000 };
    const idle = { ...rolling.value, ...windows, params: { fast: 4000, slow: [4500, 5000] }, objective: "win_rate" };
    expect((await submit(idle, {}, WALK_FORWARDS)).body).toMatchObject({ efficiency_ratio: null, folds: [{ chosen: null }, {}] });
    expect((await submit({ symbol: "AAPL" }, {}, WALK_FORWARDS)).status).toBe(400);
    expect((await call("GET", WALK_FORWARDS, {}, "?cursor=x")).status).toBe(400);
  });

  test("on batches, from the example requests on", async () => {
    const { job, sweep } = batchExamples;
    expect((await submit(sweep.value, { prefer: "wait=60" }, BATCHES)).status).toBe(200);
    const { status, body } = await submit(job.value, { prefer: "wait=60" }, BATCHES);
    const id = String(object(body).batch_id);
    expect([status, object(body).status]).toEqual([200, "completed"]);
    expect((await call("GET", BATCH, { id })).body).toEqual(body);
    expect((await call("GET", BATCH, { id }, "", CSV)).status).toBe(200);
    expect((await call("GET", BATCHES, {}, "?limit=1")).status).toBe(200);
    expect((await call("GET", BATCHES, {}, "", CSV)).status).toBe(200);
    expect((await call("DELETE", BATCH, { id })).status).toBe(409);
    expect((await call("DELETE", BATCH, { id }, "?remove=true")).status).toBe(204);
    expect((await call("GET", BATCH, { id })).status).toBe(404);
  });

  test("on batches that go on, are cancelled, fail, are repeated or refused", async () => {
    const { job, sweep } = batchExamples;
    const key = { "idempotency-key": "b" };
    const { status, body } = await submit(sweep.value, key, BATCHES);
    const id = String(object(body).batch_id);
    expect([status, (await call("GET", BATCH, { id })).status]).toEqual([202, 200]);
    expect([200, 202]).toContain((await submit(sweep.value, key, BATCHES)).status);
    expect([202, 409]).toContain((await call("DELETE", BATCH, { id })).status);
    const late = { ...job.value, job: { ...job.value.job, start: "2090-01-01" } };
    expect((await submit(late, { prefer: "wait=60" }, BATCHES)).body).toMatchObject({ status: "failed" });
    expect((await submit(job.value, key, BATCHES)).status).toBe(422);
    expect((await submit({ ...job.value, symbols: ["NOPE"] }, {}, BATCHES)).status).toBe(404);
    expect((await submit({ symbols: ["AAPL"] }, {}, BATCHES)).status).toBe(400);
    expect((await call("GET", BATCHES, {}, "?cursor=x")).status).toBe(400);
  });

  test("on datasets and bars", async () => {
    const put = object(object(object(object(document.paths)[DATASET]).put).requestBody);
    const body = String(object(object(put.content)["text/csv"]).example);
    const values = { symbol: "MINE" };
    const upload = (type: string, text: string) =>
      call("PUT", DATASET, values, "", { headers: { "content-type": type }, body: text });
    const uploads = [await upload("text/csv", body), await upload("text/csv", body), await upload("image/png", body)];
    expect(uploads.map(({ status }) => status)).toEqual([201, 200, 415]);
    expect((await upload("text/csv", "nonsense")).status).toBe(422);
    expect((await call("GET", DATASET, values)).status).toBe(200);
    expect((await call("GET", DATASET, values, "", CSV)).status).toBe(200);
    expect((await call("GET", "/api/v1/datasets")).status).toBe(200);
    expect((await call("GET", "/api/v1/bars", {}, "?symbol=MINE&source=dataset")).status).toBe(200);
    expect((await call("GET", "/api/v1/bars", {}, "?symbol=SAMPLE-VOL&source=sample&start=2024-12-01")).status).toBe(200);
    expect((await call("GET", "/api/v1/bars")).status).toBe(400);
    expect((await call("DELETE", DATASET, values)).status).toBe(204);
    expect((await call("GET", DATASET, values)).status).toBe(404);
  });

  test.each(["/health", "/ready", "/metrics", "/docs", "/api/v1/strategies"])("on %s", async (path) => {
    expect((await call("GET", path)).status).toBe(200);
  });
});
