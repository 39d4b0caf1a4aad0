import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { A_JOB, post, shownBy, startTestService, type TestService } from "../test-service.ts";

let service: TestService;
const ids: string[] = [];

/** Seven jobs, oldest first: five completed, one failed, one of another symbol. */
beforeAll(async () => {
  service = await startTestService();
  const small = { ...A_JOB, equity_points: "none" };
  for (const body of [
    ...Array.from({ length: 5 }, () => small),
    { ...small, symbol: "SAMPLE-VOL", strategy: "momentum" },
    { symbol: "NOPE", strategy: "buy_and_hold" },
  ]) {
    ids.push((await shownBy(await service.request("/api/v1/jobs", post(body)))).job_id);
  }
});
afterAll(() => service[Symbol.asyncDispose]());

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => service.request(path, { headers });
const listed = async (query: string) => (await shownBy(await get(`/api/v1/jobs${query}`))).items.map(({ job_id }) => job_id);

describe("the list of jobs", () => {
  test("is newest first and holds the headline figures", async () => {
    const list = await shownBy(await get("/api/v1/jobs"));
    expect(list.items.map(({ job_id }) => job_id)).toEqual(ids.toReversed());
    expect(list.next_cursor).toBeNull();
    expect(Object.keys(list.items[1] ?? {}).sort()).toEqual([
      "created_at",
      "job_id",
      "max_drawdown",
      "sharpe",
      "status",
      "strategy",
      "symbol",
      "total_return",
    ]);
    expect(list.items[0]).toMatchObject({ status: "failed", sharpe: null, total_return: null, max_drawdown: null });
  });

  test("is filtered by status, symbol in any case, and strategy", async () => {
    expect(await listed("?status=failed")).toEqual(ids.slice(6));
    expect(await listed("?symbol=sample-vol")).toEqual(ids.slice(5, 6));
    expect(await listed("?strategy=ma_crossover")).toEqual(ids.slice(0, 5).toReversed());
    expect(await listed("?strategy=ma_crossover&status=failed")).toEqual([]);
  });

  test("in pages skips and repeats nothing while jobs arrive", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    for (let page = 0; cursor !== null; page++) {
      const list = await shownBy(
        await get(`/api/v1/jobs?limit=3&symbol=SAMPLE-TREND${cursor === "" ? "" : `&cursor=${cursor}`}`),
      );
      seen.push(...list.items.map(({ job_id }) => job_id));
      cursor = list.next_cursor;
      if (page === 0) await service.request("/api/v1/jobs", post({ ...A_JOB, equity_points: "none" }));
    }
    expect(seen).toEqual(ids.slice(0, 5).toReversed());
  });

  test.each([
    ["?limit=0", "limit"],
    ["?limit=201", "limit"],
    ["?limit=abc", "limit"],
    ["?status=done", "status"],
    ["?strategy=smaa", "strategy"],
    ["?symbol=..%2f", "symbol"],
    ["?cursor=abc", "cursor"],
    ["?page=2", "page"],
    ["?limit=1&limit=2", "limit"],
  ])("with %s is 400 and names the parameter", async (query, path) => {
    const answer = await get(`/api/v1/jobs${query}`);
    expect([answer.status, (await shownBy(answer)).errors[0]?.path]).toEqual([400, path]);
  });

  test("as CSV has the JSON names as header and a link to the next page", async () => {
    const answer = await get("/api/v1/jobs?limit=2&status=completed", { accept: "text/csv" });
    expect([answer.headers.get("content-type"), answer.headers.get("vary")]).toEqual(["text/csv; charset=utf-8", "Accept"]);
    const lines = (await answer.text()).split("\r\n");
    expect(lines[0]).toBe("job_id,status,symbol,strategy,created_at,sharpe,total_return,max_drawdown");
    expect(lines).toHaveLength(4);
    const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1] ?? "";
    expect((await shownBy(await get(next))).items).toHaveLength(2);
  });
});

describe("a job", () => {
  test("that is final has a tag, and is not sent again to whoever has it", async () => {
    for (const id of [ids[0], ids[6]]) {
      const first = await get(`/api/v1/jobs/${id}`);
      const etag = first.headers.get("etag") ?? "";
      expect(etag).toMatch(/^"[\x21-\x7e]+"$/);
      const again = await get(`/api/v1/jobs/${id}`, { "if-none-match": etag });
      expect([again.status, again.headers.get("etag"), await again.text()]).toEqual([304, etag, ""]);
      expect((await get(`/api/v1/jobs/${id}`, { "if-none-match": '"other"' })).status).toBe(200);
    }
  });

  test("that goes on has none, and says what it is in", async () => {
    await using held = await startTestService();
    held.hold();
    const { job_id } = await shownBy(await held.request("/api/v1/jobs", post(A_JOB, { prefer: "wait=0" })));
    const answer = await held.request(`/api/v1/jobs/${job_id}`);
    expect([answer.status, answer.headers.get("etag"), answer.headers.get("cache-control")]).toEqual([200, null, "no-store"]);
    expect(await answer.json()).toMatchObject({
      job_id,
      symbol: "SAMPLE-TREND",
      strategy: "ma_crossover",
      status: expect.stringMatching(/^(queued|running)$/),
    });
  });

  test.each([
    "not-an-id",
    "019b7ca9-8c88-7e8d-a4c6-af951e9f5e95",
    "019B7CA9-8C88-7E8D-A4C6-AF951E9F5E95",
    "00000000-0000-4000-8000-000000000000",
    "%00",
    "..%2F..%2Fetc",
    "%E0%A4%A",
    "'%20OR%201=1",
  ])("of the id %s does not exist, whatever is asked of it", async (id) => {
    const answers = await Promise.all([
      get(`/api/v1/jobs/${id}`),
      get(`/api/v1/jobs/${id}/equity`),
      get(`/api/v1/jobs/${id}/trades`),
      get(`/api/v1/jobs/${id}/events`),
      service.request(`/api/v1/jobs/${id}/verify`, { method: "POST" }),
      service.request(`/api/v1/jobs/${id}`, { method: "DELETE" }),
    ]);
    for (const answer of answers) {
      const { request_id, ...rest } = await shownBy(answer);
      expect<unknown>(rest).toEqual({
        type: "about:blank",
        title: "Not Found",
        status: 404,
        detail: "there is no such job",
        code: "not_found",
        errors: [],
      });
    }
  });

  test("that is running is cancelled by DELETE with 202", async () => {
    await using held = await startTestService();
    held.hold();
    const { job_id } = await shownBy(await held.request("/api/v1/jobs", post(A_JOB, { prefer: "wait=0" })));
    const deleted = await held.request(`/api/v1/jobs/${job_id}`, { method: "DELETE" });
    expect([deleted.status, await deleted.json()]).toEqual([202, { job_id, status: "cancelled" }]);
    held.release();
    const after = await held.request(`/api/v1/jobs/${job_id}`);
    expect([after.status, (await shownBy(after)).status]).toEqual([200, "cancelled"]);
    expect((await held.request(`/api/v1/jobs/${job_id}/trades`)).status).toBe(409);
  });

  test("that is final is kept by DELETE with 409, and removed when that is asked for", async () => {
    const remove = (query: string) => service.request(`/api/v1/jobs/${ids[1]}${query}`, { method: "DELETE" });
    expect([(await remove("")).status, (await remove("?remove=false")).status]).toEqual([409, 409]);
    expect((await get(`/api/v1/jobs/${ids[1]}`)).status).toBe(200);
    const removed = await remove("?remove=true");
    expect([removed.status, await removed.text()]).toEqual([204, ""]);
    expect([(await remove("?remove=true")).status, (await get(`/api/v1/jobs/${ids[1]}`)).status]).toEqual([404, 404]);
    expect((await remove("?remove=1")).status).toBe(400);
  });
});
