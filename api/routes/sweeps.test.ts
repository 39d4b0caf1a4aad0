import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { A_JOB, post, shownBy, startTestService, type TestService } from "../test-service.ts";

/** Axes in the order of the request: slow runs fastest, and 30 x 30 is skipped. */
const A_SWEEP = { ...A_JOB, params: { fast: [5, 10, 30], slow: { from: 30, to: 40, step: 5 } }, commission: 0.001 };
const PAIRS = [
  ...[5, 10].flatMap((fast) => [30, 35, 40].map((slow) => ({ fast, slow }))),
  ...[35, 40].map((slow) => ({ fast: 30, slow })),
];

interface Row {
  readonly params: { readonly fast: number; readonly slow: number; readonly average: string };
  readonly sharpe: number;
  readonly total_return: number;
  readonly trades: number;
  readonly [column: string]: unknown;
}

interface Swept {
  readonly sweep_id: string;
  readonly status: string;
  readonly best: Row;
  readonly top: readonly Row[];
  readonly items: readonly Row[];
  readonly next_cursor: string | null;
  readonly result_hash: string;
}

let service: TestService;
let swept: Swept;
let sweptText = "";
beforeAll(async () => {
  service = await startTestService();
  sweptText = await (await submit({ ...A_SWEEP, top: 3 })).text();
  swept = JSON.parse(sweptText);
});
afterAll(() => service[Symbol.asyncDispose]());

const submit = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  service.request("/api/v1/sweeps", post(body, headers));
const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  service.request(`/api/v1/sweeps/${path}`, { headers });
const csv = { accept: "text/csv" };

async function sweptBy(response: Response | Promise<Response>): Promise<Swept> {
  const value: Swept = JSON.parse(await (await response).text());
  return value;
}

/** All trials that a query finds, page by page. */
async function pagesOf(query: string, limit: number): Promise<Row[]> {
  const seen: Row[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await sweptBy(get(`${swept.sweep_id}/trials?limit=${limit}${query}${cursor === "" ? "" : `&cursor=${cursor}`}`));
    expect(page.items.length).toBeLessThanOrEqual(limit);
    seen.push(...page.items);
    cursor = page.next_cursor;
  }
  return seen;
}

describe("a posted sweep", () => {
  test("is answered whole, and GET gives the same text", async () => {
    expect(swept).toMatchObject({ status: "completed", strategy: "ma_crossover", trials: 8, skipped: 1, objective: "sharpe" });
    expect(swept.top).toHaveLength(3);
    expect(swept.top[0]).toEqual(swept.best);
    const shown = await get(swept.sweep_id);
    expect(await shown.text()).toBe(sweptText);
    const again = await get(swept.sweep_id, { "if-none-match": shown.headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
  });

  test("has for each trial what the job of the same parameters has", async () => {
    const trials = await pagesOf("", 1000);
    expect(trials.map(({ params }) => params)).toEqual(PAIRS.map((pair) => ({ ...pair, average: "sma" })));
    for (const { params, ...figures } of trials) {
      const job = await service.request("/api/v1/jobs", post({ ...A_SWEEP, params, equity_points: "none" }));
      const { metrics, trades } = JSON.parse(await job.text());
      const wanted = { ...metrics, trades: trades.length };
      expect<unknown>(figures).toEqual(Object.fromEntries(Object.keys(figures).map((name) => [name, wanted[name]])));
    }
  });

  test("names its place and honours Prefer", async () => {
    const posted = await submit(A_SWEEP, { prefer: "respond-async" });
    const { sweep_id, status } = await sweptBy(posted);
    expect([posted.status, status, posted.headers.get("location")]).toEqual([202, "queued", `/api/v1/sweeps/${sweep_id}`]);
    let now = "";
    for (; now !== "completed"; await Bun.sleep(1)) now = (await sweptBy(get(sweep_id))).status;
    expect((await sweptBy(get(sweep_id))).result_hash).toBe(swept.result_hash);
  });

  test("with a key used before is the first one; with another body, or the key of a job, it is refused", async () => {
    const key = { "idempotency-key": "sweep-1" };
    const first = await (await submit(A_SWEEP, key)).text();
    const again = await submit(A_SWEEP, key);
    expect([again.status, again.headers.get("idempotency-replayed"), await again.text()]).toEqual([200, "true", first]);
    expect((await shownBy(await submit({ ...A_SWEEP, top: 1 }, key))).code).toBe("idempotency_mismatch");
    expect((await service.request("/api/v1/jobs", post(A_JOB, { "idempotency-key": "job-1" }))).status).toBe(200);
    expect((await shownBy(await submit(A_JOB, { "idempotency-key": "job-1" }))).code).toBe("idempotency_mismatch");
  });

  test("runs on the bars that it brings, and on fetched ones", async () => {
    const flat = (price: number) => [price, price, price, price];
    const time = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];
    const bars = { time, open: flat(10), high: flat(10), low: flat(10), close: flat(10) };
    const own = await submit({ bars, strategy: "momentum", params: { lookback: [1, 2, 10] } });
    expect(await own.json()).toMatchObject({ symbol: "INLINE", trials: 3, data: { source: "inline", bars: 4 }, best: null });
    const fetched = await submit({ symbol: "AAPL", strategy: "momentum", params: { lookback: [1, 2] }, adjusted: true });
    expect(await fetched.json()).toMatchObject({ trials: 2, data: { source: "yahoo", bars: 300 } });
    const unknown = await submit({ symbol: "NOPE", strategy: "momentum", params: { lookback: [1, 2] }, warmup: "auto" });
    expect(unknown.status).toBe(404);
  });

  test("that is wrong in itself is 400, names every field and leaves nothing", async () => {
    const listed = async () => (await sweptBy(service.request("/api/v1/sweeps?limit=200"))).items.length;
    const before = await listed();
    const posted = await submit({ ...A_SWEEP, params: { fast: { from: 5 }, slow: [0] }, objective: "luck", equity_points: 5 });
    expect(posted.status).toBe(400);
    const { errors } = await shownBy(posted);
    expect(new Set(errors.map(({ path }) => path.split(".")[0]))).toEqual(new Set(["equity_points", "objective", "params"]));
    expect((await submit({ ...A_SWEEP, symbol: "SAMPLE-X" })).status).toBe(404);
    expect(await listed()).toBe(before);
  });

  test("of too many combinations is refused; of too many trials on its bars it fails: 422 too_costly", async () => {
    const range = { from: 1, to: 5000 };
    const refused = await submit({ ...A_SWEEP, params: { fast: range, slow: range } });
    expect([refused.status, refused.headers.get("location"), (await shownBy(refused)).code]).toEqual([422, null, "too_costly"]);
    const failed = await submit({ ...A_SWEEP, params: { fast: { from: 1, to: 40 }, slow: { from: 100, to: 140 } } });
    const { code, detail, sweep_id } = await shownBy(failed);
    expect([failed.status, code, failed.headers.get("location")]).toEqual([422, "too_costly", `/api/v1/sweeps/${sweep_id}`]);
    expect(detail).toContain("1000000");
    expect(await (await get(sweep_id)).json()).toMatchObject({ sweep_id, status: "failed", problem: { code: "too_costly" } });
    const trials = await get(`${sweep_id}/trials`);
    expect([trials.status, (await shownBy(trials)).detail]).toEqual([409, "the sweep has no result: it failed"]);
  });
});

describe("the trials of a sweep", () => {
  test("page by page are all of them, each once, in an order that does not change", async () => {
    const whole = await pagesOf("", 1000);
    for (const query of ["", "&sort=-sharpe", "&sort=trades", "&sort=-params.slow", "&sort=params.average"]) {
      const [small, large] = [await pagesOf(query, 3), await pagesOf(query, 1000)];
      expect(small).toEqual(large);
      expect(small).toHaveLength(8);
      expect(small).toEqual(expect.arrayContaining(whole));
    }
    const sharpes = (await pagesOf("&sort=-sharpe", 5)).map(({ sharpe }) => sharpe);
    expect(sharpes).toEqual(sharpes.toSorted((a, b) => b - a));
    expect((await pagesOf("&sort=-params.slow", 2)).map(({ params }) => params.slow)).toEqual([40, 40, 40, 35, 35, 35, 30, 30]);
  });

  test("are filtered by their figures, both ends included", async () => {
    const all = await pagesOf("", 1000);
    const middle = all.map(({ sharpe }) => sharpe).toSorted((a, b) => a - b)[4] ?? Number.NaN;
    expect(await pagesOf(`&sharpe_gte=${middle}`, 3)).toEqual(all.filter(({ sharpe }) => sharpe >= middle));
    expect(await pagesOf(`&sharpe_gte=${middle}&sharpe_lte=${middle}`, 3)).toEqual(all.filter(({ sharpe }) => sharpe === middle));
    expect(await pagesOf("&trades_gte=1e6", 3)).toEqual([]);
  });

  test("as CSV are all of them, or a page with a link to the next", async () => {
    const answer = await get(`${swept.sweep_id}/trials?sort=-sharpe`, csv);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const lines = (await answer.text()).trim().split("\r\n");
    expect(lines[0]).toBe(
      "params.fast,params.slow,params.average,total_return,cagr,sharpe,sortino,volatility_ann,max_drawdown,calmar,trades,win_rate,profit_factor,exposure",
    );
    const rows = await pagesOf("&sort=-sharpe", 1000);
    expect(lines.slice(1)).toEqual(
      rows.map(({ params, ...figures }) => [...Object.values(params), ...Object.values(figures).map((x) => x ?? "")].join()),
    );
    const page = await get(`${swept.sweep_id}/trials?limit=5`, csv);
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1] ?? "";
    expect((await (await service.request(next, { headers: csv })).text()).trim().split("\r\n")).toHaveLength(4);
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["sort=luck", "sort"],
    ["sort=--sharpe", "sort"],
    ["sort=params.period", "sort"],
    ["sharpe_gte=NaN", "sharpe_gte"],
    ["sharpe_gte=", "sharpe_gte"],
    ["trades_lte=1e999", "trades_lte"],
    ["luck_gte=1", "luck_gte"],
    ["cursor=abc", "cursor"],
    ["cursor=dHJpYWxzOi0x", "cursor"],
  ])("with %s are refused, the parameter named", async (query, path) => {
    const answer = await get(`${swept.sweep_id}/trials?${query}`);
    expect([answer.status, (await shownBy(answer)).errors[0]?.path]).toEqual([400, path]);
  });
});

describe("the heatmap of a sweep", () => {
  test("shows the objective over the parameters that vary, null where a pair was skipped", async () => {
    const answer = await get(`${swept.sweep_id}/heatmap`);
    const map = await answer.json();
    const trials = await pagesOf("", 1000);
    const cell = (fast: number, slow: number) =>
      trials.find(({ params }) => params.fast === fast && params.slow === slow)?.sharpe ?? null;
    expect<unknown>(map).toEqual({
      x: { name: "fast", values: [5, 10, 30] },
      y: { name: "slow", values: [30, 35, 40] },
      metric: "sharpe",
      values: [30, 35, 40].map((slow) => [5, 10, 30].map((fast) => cell(fast, slow))),
    });
    expect(answer.headers.get("etag")).toBeString();
  });

  test("shows another figure over others, where that is asked for", async () => {
    const map = (query: string): Promise<unknown> => get(`${swept.sweep_id}/heatmap${query}`).then((answer) => answer.json());
    expect(await map("?x=slow&metric=trades")).toMatchObject({ x: { name: "slow" }, y: { name: "fast" }, metric: "trades" });
    expect(await map("?y=fast")).toMatchObject({ x: { name: "slow" }, y: { name: "fast" } });
    expect(await map("?y=average")).toMatchObject({ x: { name: "fast" }, y: { name: "average", values: ["sma"] } });
  });

  test.each([
    ["?x=luck", "x"],
    ["?y=fast&x=fast", "y"],
    ["?metric=luck", "metric"],
    ["?z=fast", "z"],
  ])("with %s is refused, the parameter named", async (query, path) => {
    const answer = await get(`${swept.sweep_id}/heatmap${query}`);
    expect([answer.status, (await shownBy(answer)).errors[0]?.path]).toEqual([400, path]);
  });

  test("of a strategy with less than two parameters there is none", async () => {
    for (const [fields, has] of [
      [{ strategy: "momentum", params: { lookback: [5, 10] } }, "lookback"],
      [{ strategy: "buy_and_hold", params: {} }, "none"],
    ] as const) {
      const { sweep_id } = await sweptBy(submit({ ...A_SWEEP, ...fields }));
      const answer = await get(`${sweep_id}/heatmap`);
      expect([answer.status, (await shownBy(answer)).detail]).toEqual([
        400,
        `a heatmap needs two parameters, and this sweep has ${has}`,
      ]);
      expect((await sweptBy(get(`${sweep_id}/trials`))).items).toHaveLength(has === "none" ? 1 : 2);
    }
  });
});

describe("jobs and sweeps", () => {
  test("do not show up in each other's lists, nor under each other's address", async () => {
    await using both = await startTestService();
    const { job_id } = await shownBy(await both.request("/api/v1/jobs", post(A_JOB)));
    const { sweep_id } = await shownBy(await both.request("/api/v1/sweeps", post(A_SWEEP)));
    expect((await shownBy(await both.request("/api/v1/jobs"))).items.map((job) => job.job_id)).toEqual([job_id]);
    expect((await shownBy(await both.request("/api/v1/sweeps"))).items.map((sweep) => sweep.sweep_id)).toEqual([sweep_id]);
    const wrong: readonly (readonly [string, string])[] = [
      ...["", "/equity", "/trades", "/events"].map((part) => ["GET", `jobs/${sweep_id}${part}`] as const),
      ...["", "/trials", "/heatmap", "/events"].map((part) => ["GET", `sweeps/${job_id}${part}`] as const),
      ...[["DELETE", `jobs/${sweep_id}`] as const, ["DELETE", `sweeps/${job_id}`] as const],
      ...[["POST", `jobs/${sweep_id}/verify`] as const, ["GET", "sweeps/not-an-id/trials"] as const],
    ];
    for (const [method, path] of wrong) {
      const answer = await both.request(`/api/v1/${path}`, { method });
      const word = path.startsWith("jobs") ? "job" : "sweep";
      expect([path, answer.status, (await shownBy(answer)).detail]).toEqual([path, 404, `there is no such ${word}`]);
    }
  });
});

describe("the list of sweeps", () => {
  test("holds what was found, newest first, by status, symbol and strategy, page by page", async () => {
    await using fresh = await startTestService();
    const ids: string[] = [];
    for (const body of [A_SWEEP, { ...A_SWEEP, symbol: "SAMPLE-VOL" }, { ...A_SWEEP, source: "yahoo", symbol: "NOPE" }]) {
      ids.push((await shownBy(await fresh.request("/api/v1/sweeps", post(body)))).sweep_id);
    }
    const listed = async (query: string) => {
      const answer = await shownBy(await fresh.request(`/api/v1/sweeps${query}`));
      return { ids: answer.items.map(({ sweep_id }) => ids.indexOf(sweep_id)), answer };
    };
    const { answer } = await listed("");
    expect<unknown>(answer.items).toEqual([
      expect.objectContaining({ sweep_id: ids[2], status: "failed", trials: null, skipped: null, objective: null, best: null }),
      expect.objectContaining({ sweep_id: ids[1], trials: 8, objective: "sharpe", best: expect.any(Number) }),
      expect.objectContaining({ sweep_id: ids[0], symbol: "SAMPLE-TREND", skipped: 1, best: swept.best.sharpe }),
    ]);
    expect((await listed("?status=failed")).ids).toEqual([2]);
    expect((await listed("?symbol=sample-vol")).ids).toEqual([1]);
    expect((await listed("?strategy=momentum")).ids).toEqual([]);
    const first = await listed("?limit=2");
    expect([first.ids, (await listed(`?limit=2&cursor=${first.answer.next_cursor}`)).ids]).toEqual([[2, 1], [0]]);
    const lines = (await (await fresh.request("/api/v1/sweeps", { headers: csv })).text()).split("\r\n");
    expect(lines[0]).toBe("sweep_id,status,symbol,strategy,created_at,trials,skipped,objective,best");
    expect((await fresh.request("/api/v1/sweeps?strategy=signals")).status).toBe(400);
  });
});

describe("a sweep that is not final", () => {
  test("says what it is in, is cancelled by DELETE, and has no trials", async () => {
    await using held = await startTestService();
    held.hold();
    const { sweep_id } = await shownBy(await held.request("/api/v1/sweeps", post(A_SWEEP, { prefer: "wait=0" })));
    const at = (path: string, init?: RequestInit) => held.request(`/api/v1/sweeps/${sweep_id}${path}`, init);
    for (let status = ""; status !== "running"; await Bun.sleep(1)) status = (await shownBy(await at(""))).status;
    expect(await (await at("")).json()).toMatchObject({ sweep_id, status: "running", attempt: 1, progress: null });
    expect([(await at("/trials")).status, (await at("/heatmap")).status]).toEqual([409, 409]);
    const deleted = await at("", { method: "DELETE" });
    expect([deleted.status, await deleted.json()]).toEqual([202, { sweep_id, status: "cancelled" }]);
    held.release();
    expect((await shownBy(await at(""))).status).toBe("cancelled");
    expect((await at("", { method: "DELETE" })).status).toBe(409);
    expect((await at("?remove=true", { method: "DELETE" })).status).toBe(204);
    expect((await at("")).status).toBe(404);
  });

  test("tells its progress and its end to who follows it", async () => {
    await using held = await startTestService();
    held.hold();
    const { sweep_id } = await shownBy(await held.request("/api/v1/sweeps", post(A_SWEEP, { prefer: "wait=0" })));
    const events = await held.request(`/api/v1/sweeps/${sweep_id}/events`);
    held.release();
    const text = await events.text();
    expect(text).toContain('event: progress\nid: 3\ndata: {"done":0,"total":8}');
    expect(text).toEndWith(`event: end\nid: end\ndata: {"sweep_id":"${sweep_id}","status":"completed"}\n\n`);
  });
});
