import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { post, shownBy, startTestService, type TestService } from "../test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service[Symbol.asyncDispose]());

const CSV = "time,open,high,low,close,volume\n2020-01-02,10,10,10,10,5\n2020-01-03,10,20,10,20,6\n";
const put = (symbol: string, body: string, headers: Readonly<Record<string, string>> = { "content-type": "text/csv" }) =>
  service.request(`/api/v1/datasets/${symbol}`, { method: "PUT", body: new TextEncoder().encode(body), headers });
const get = (path: string, headers: Readonly<Record<string, string>> = {}) => service.request(path, { headers });

describe("a dataset", () => {
  test("is new with 201, replaced with 200, and says what it holds", async () => {
    const first = await put("first", CSV);
    expect([first.status, first.headers.get("location")]).toEqual([201, "/api/v1/datasets/FIRST"]);
    expect(await first.json()).toMatchObject({
      ...{ symbol: "FIRST", interval: "1d", adjusted: true, rows: 2, from: "2020-01-02", to: "2020-01-03", warnings: [] },
      hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    const second = await put("FIRST", `${CSV}2020-01-06,20,20,20,20,7\n`);
    expect([second.status, await second.json()]).toMatchObject([200, { rows: 3, to: "2020-01-06" }]);
    expect(await (await get("/api/v1/datasets/first")).json()).toMatchObject({ symbol: "FIRST", rows: 3 });
  });

  test("as CSV can be uploaded again and holds the same bars", async () => {
    const { hash } = JSON.parse(await (await put("ROUND", CSV)).text());
    const text = await (await get("/api/v1/datasets/ROUND", { accept: "text/csv" })).text();
    expect(text).toBe(CSV.replaceAll("\n", "\r\n"));
    expect(JSON.parse(await (await put("ROUND", text)).text()).hash).toBe(hash);
  });

  test("is what a job of that symbol runs on; a removed one is 404, its jobs can still be verified", async () => {
    await put("RUN", CSV);
    const job = { symbol: "run", source: "dataset", strategy: "buy_and_hold", initial_cash: 100 };
    const ran = JSON.parse(await (await service.request("/api/v1/jobs", post(job))).text());
    expect(ran).toMatchObject({ symbol: "RUN", total_return: 1, data: { source: "dataset", bars: 2, synthetic: false } });
    expect((await service.request("/api/v1/datasets/RUN", { method: "DELETE" })).status).toBe(204);
    expect((await service.request("/api/v1/datasets/RUN", { method: "DELETE" })).status).toBe(404);
    expect((await service.request("/api/v1/jobs", post(job))).status).toBe(404);
    const verified = await service.request(`/api/v1/jobs/${ran.job_id}/verify`, { method: "POST" });
    expect(await verified.json()).toMatchObject({
      match: true,
      expected: ran.result_hash,
      actual: ran.result_hash,
      engine: { name: "ts" },
    });
  });

  test("that is refused changes nothing and names the rows", async () => {
    await put("KEPT", CSV);
    const bad = await put("KEPT", `${CSV}2020-01-06,-1,20,20,20,7\n`);
    expect([bad.status, (await shownBy(bad)).code]).toEqual([422, "bad_data"]);
    expect(await (await get("/api/v1/datasets/KEPT")).json()).toMatchObject({ rows: 2 });
  });

  test.each(["A".repeat(11), "a%20b", "..%2Fetc", "%00", "A:B"])("is not called %s", async (symbol) => {
    const answer = await put(symbol, CSV);
    expect([answer.status, (await shownBy(answer)).errors[0]?.path]).toEqual([400, "symbol"]);
    expect((await get(`/api/v1/datasets/${symbol}`)).status).toBe(404);
    expect((await service.request(`/api/v1/datasets/${symbol}`, { method: "DELETE" })).status).toBe(404);
  });

  test.each([
    [{ "content-type": "text/csv; charset=utf-8" }, 201],
    [{ "content-type": "application/octet-stream" }, 200],
    [{}, 200],
    [{ "content-type": "application/json" }, 415],
    [{ "content-type": "text/csv; charset=utf-16" }, 415],
    [{ "content-type": "text/csv", "content-encoding": "gzip" }, 415],
    [{ "sec-fetch-site": "same-origin" }, 415],
    [{ "content-type": "text/csv", origin: "http://evil.example" }, 403],
  ])("under %j is answered %i", async (headers, status) => {
    expect((await put("TYPED", CSV, headers)).status).toBe(status);
  });

  test("larger than allowed is 413; whatever comes of an upload, its file goes", async () => {
    const large = "x".repeat(service.parts.limits.maxDatasetBytes + 1);
    expect((await put("LARGE", large)).status).toBe(413);
    expect((await put("EMPTY", "")).status).toBe(422);
    expect((await put("PARQ", CSV, { "content-type": "application/vnd.apache.parquet" })).status).toBe(201);
    expect(service.uploads()).toEqual([]);
  });

  test("takes adjusted as a flag and no other parameter", async () => {
    expect(await (await put("RAW?adjusted=false", CSV)).json()).toMatchObject({ adjusted: false });
    expect((await put("RAW?adjusted=no", CSV)).status).toBe(400);
    expect((await put("RAW?x=1", CSV)).status).toBe(400);
  });
});

test("the list of datasets is by symbol, in pages, and CSV where that is asked for", async () => {
  await using other = await startTestService();
  for (const symbol of ["B", "C", "A"])
    await other.request(`/api/v1/datasets/${symbol}`, { method: "PUT", body: CSV, headers: { "content-type": "text/csv" } });
  const first = await shownBy(await other.request("/api/v1/datasets?limit=2"));
  expect(first.items.map(({ symbol }) => symbol)).toEqual(["A", "B"]);
  const second = await shownBy(await other.request(`/api/v1/datasets?limit=2&cursor=${first.next_cursor}`));
  expect([second.items.map(({ symbol }) => symbol), second.next_cursor]).toEqual([["C"], null]);
  const csv = await (await other.request("/api/v1/datasets", { headers: { accept: "text/csv" } })).text();
  expect(csv.split("\r\n")[0]).toBe("symbol,interval,adjusted,rows,from,to,hash,warnings,created_at");
});

describe("bars", () => {
  test("of a source come as the columns that a job takes", async () => {
    const answer = JSON.parse(await (await get("/api/v1/bars?symbol=aapl&start=1970-01-05&end=1970-01-06")).text());
    expect(answer).toMatchObject({
      symbol: "AAPL",
      source: "yahoo",
      interval: "1d",
      rows: 2,
      from: "1970-01-05",
      to: "1970-01-06",
      synthetic: false,
    });
    expect(Object.keys(answer.bars)).toEqual(["time", "open", "high", "low", "close", "volume"]);
    expect(answer.bars.time).toEqual(["1970-01-05", "1970-01-06"]);
    const job = { bars: answer.bars, strategy: "buy_and_hold" };
    const ran = JSON.parse(await (await service.request("/api/v1/jobs", post(job))).text());
    expect(ran.data).toMatchObject({ bars: 2, hash: answer.hash });
  });

  test("of a sample of many thousand come whole, as JSON and as CSV", async () => {
    const path = "/api/v1/bars?symbol=SAMPLE-MIN&source=sample";
    const answer = JSON.parse(await (await get(path)).text());
    expect([answer.rows, answer.bars.close.length, answer.synthetic, answer.interval]).toEqual([23_400, 23_400, true, "1m"]);
    const lines = (await (await get(path, { accept: "text/csv" })).text()).trim().split("\r\n");
    expect([lines.length, lines[0]]).toEqual([23_401, "time,open,high,low,close,volume"]);
    expect(lines[1]?.split(",").slice(0, 2)).toEqual([answer.bars.time[0], String(answer.bars.open[0])]);
  });

  test.each([
    ["", 400, "invalid_request"],
    ["?symbol=..%2Fx", 400, "invalid_request"],
    ["?symbol=AAPL&source=file", 400, "invalid_request"],
    ["?symbol=AAPL&interval=2d", 400, "invalid_request"],
    ["?symbol=AAPL&start=2020-13-01", 400, "invalid_request"],
    ["?symbol=AAPL&start=2020-01-02&end=2020-01-01", 400, "invalid_request"],
    ["?symbol=ZZZ", 404, "not_found"],
    ["?symbol=AAPL&source=sample", 404, "not_found"],
    ["?symbol=AAPL&source=dataset", 404, "not_found"],
    ["?symbol=AAPL&start=2030-01-01", 422, "no_data"],
  ])("%s are refused with %i %s", async (query, status, code) => {
    const answer = await get(`/api/v1/bars${query}`);
    expect([answer.status, (await shownBy(answer)).code]).toEqual([status, code]);
  });
});
