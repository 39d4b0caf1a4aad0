import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Job, JobId } from "../../core/jobs/job.ts";
import { createApp } from "../app.ts";
import { runAnswer } from "../job-answer.ts";
import { A_JOB, post, type Shown, shownBy, startTestService, type TestService } from "../test-service.ts";

/** Bought at 10 with 100: worth 100, 200, 50, 100 at the closes; peak 200. */
const BARS = {
  time: ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06"],
  open: [10, 10, 20, 5],
  high: [10, 20, 20, 10],
  low: [10, 10, 5, 5],
  close: [10, 20, 5, 10],
};
const POINTS = [
  { time: "2020-01-01", equity: 100, drawdown: 0 },
  { time: "2020-01-02", equity: 200, drawdown: 0 },
  { time: "2020-01-03", equity: 50, drawdown: -0.75 },
  { time: "2020-01-06", equity: 100, drawdown: -0.5 },
];

let service: TestService;
let held = "";
let crossed: Shown;
beforeAll(async () => {
  service = await startTestService();
  const small = { bars: BARS, strategy: "buy_and_hold", initial_cash: 100, equity_points: "none" };
  held = (await shownBy(await service.request("/api/v1/jobs", post(small)))).job_id;
  crossed = await shownBy(await service.request("/api/v1/jobs", post({ ...A_JOB, start: null })));
});
afterAll(() => service[Symbol.asyncDispose]());

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => service.request(path, { headers });
const csv = { accept: "text/csv" };

describe("the equity curve", () => {
  test.each([
    ["", POINTS, false],
    ["?from=2020-01-02&to=2020-01-03", POINTS.slice(1, 3), false],
    ["?from=2020-01-02T00:00:00Z", POINTS.slice(1), false],
    ["?to=2020-01-01", POINTS.slice(0, 1), false],
    ["?from=2021-01-01", [], false],
    ["?to=2019-01-01", [], false],
    ["?points=2", [POINTS[0], POINTS[3]], true],
    ["?points=2&from=2020-01-02", [POINTS[1], POINTS[3]], true],
    ["?points=4", POINTS, false],
    ["?points=2&from=2020-01-02&to=2020-01-03", POINTS.slice(1, 3), false],
    ["?from=2020-01-03&to=2020-01-03", POINTS.slice(2, 3), false],
    ["?from=2020-01-04&to=2020-01-05", [], false],
  ])("%s is what was asked for, drawdowns those of the whole curve", async (query, items, sampled) => {
    const answer = await get(`/api/v1/jobs/${held}/equity${query}`);
    expect<unknown>(await answer.json()).toEqual({ job_id: held, sampled, items, next_cursor: null });
  });

  test("as CSV has a line for each point", async () => {
    const answer = await get(`/api/v1/jobs/${held}/equity?from=2020-01-03`, csv);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(await answer.text()).toBe("time,equity,drawdown\r\n2020-01-03,50,-0.75\r\n2020-01-06,100,-0.5\r\n");
  });

  test("of many bars comes in pieces and is that of the answer", async () => {
    const items = (await shownBy(await get(`/api/v1/jobs/${crossed.job_id}/equity`))).items;
    expect<unknown>(items).toEqual(crossed.equity_curve);
    const lines = (await (await get(`/api/v1/jobs/${crossed.job_id}/equity`, csv)).text()).trim().split("\r\n");
    expect(lines).toHaveLength(items.length + 1);
  });

  test.each([
    ["", {}, 125],
    ["?from=1970-01-02", {}, 124],
    ["", csv, 125],
  ])(
    "of 250,000 points (%s) is sent in pieces of a few thousand: no text of the whole is ever made",
    async (query, headers, pieces) => {
      const n = 250_000;
      const timeMs = Float64Array.from({ length: n }, (_, i) => i * 60_000);
      const curve = { initialCash: 1, daily: false, timeMs, equity: Float64Array.from({ length: n }, (_, i) => 1 + (i % 7)) };
      const app = createApp({ ...service.parts, jobs: { ...service.parts.jobs, curve: async () => curve } });
      const { body } = await app.request(`/api/v1/jobs/${held}/equity${query}`, { headers });
      const lengths: number[] = [];
      for await (const { length } of body ?? []) lengths.push(length);
      expect(lengths.length).toBeGreaterThanOrEqual(pieces);
      expect(Math.max(...lengths)).toBeLessThan(300_000);
      expect(lengths.reduce((sum, length) => sum + length)).toBeGreaterThan(8_000_000);
    },
  );

  test("has a tag for each form of it", async () => {
    const tags = new Set<string | null>();
    for (const [query, headers] of [
      ["", {}],
      ["", csv],
      ["?points=2", {}],
      ["?from=2020-01-02", {}],
    ] as const) {
      const answer = await get(`/api/v1/jobs/${held}/equity${query}`, headers);
      tags.add(answer.headers.get("etag"));
      const again = await get(`/api/v1/jobs/${held}/equity${query}`, {
        ...headers,
        "if-none-match": answer.headers.get("etag") ?? "",
      });
      expect(again.status).toBe(304);
    }
    expect(tags.size).toBe(4);
  });

  test.each([
    ["?from=yesterday", "from"],
    ["?from=2020-02-30", "from"],
    ["?to=2020-01-01&from=2020-01-02", "to"],
    ["?points=1", "points"],
    ["?points=1e3", "points"],
    ["?limit=5", "limit"],
  ])("%s is 400 and names the parameter", async (query, path) => {
    const answer = await get(`/api/v1/jobs/${held}/equity${query}`);
    expect([answer.status, (await shownBy(answer)).errors[0]?.path]).toEqual([400, path]);
  });
});

describe("the trades", () => {
  test("are those of the answer, all of them unless a limit is asked for", async () => {
    const all = await shownBy(await get(`/api/v1/jobs/${crossed.job_id}/trades`));
    expect<readonly object[]>(all.items).toEqual(crossed.trades);
    expect(all.next_cursor).toBeNull();
    expect(all.items.length).toBeGreaterThan(60);
  });

  test("in pages are the same", async () => {
    const seen: object[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = await shownBy(await get(`/api/v1/jobs/${crossed.job_id}/trades?limit=50${query}`));
      seen.push(...page.items);
      cursor = page.next_cursor;
    }
    expect<readonly object[]>(seen).toEqual(crossed.trades);
  });

  test("as CSV keep their header when there are none", async () => {
    const header =
      "entry_bar,entry_time,exit_bar,exit_time,side,quantity,entry_price,exit_price,fees,pnl,return,bars_held,exit_reason";
    expect(await (await get(`/api/v1/jobs/${held}/trades`, csv)).text()).toBe(`${header}\r\n`);
    const lines = (await (await get(`/api/v1/jobs/${crossed.job_id}/trades`, csv)).text()).trim().split("\r\n");
    expect([lines[0], lines.length]).toEqual([header, crossed.trades.length + 1]);
    expect(Object.keys(crossed.trades[0] ?? {}).join()).toBe(header);
  });

  test("with a limit or a cursor that is none are refused", async () => {
    expect((await get(`/api/v1/jobs/${held}/trades?limit=1001`)).status).toBe(400);
    expect((await get(`/api/v1/jobs/${held}/trades?cursor=abc`)).status).toBe(400);
  });
});

test("a job without a result has neither equity nor trades: 409", async () => {
  const { job_id } = await shownBy(await service.request("/api/v1/jobs", post({ symbol: "NOPE", strategy: "buy_and_hold" })));
  for (const part of ["equity", "trades"]) {
    const answer = await get(`/api/v1/jobs/${job_id}/${part}`);
    expect([answer.status, (await shownBy(answer)).code]).toEqual([409, "conflict"]);
  }
});

test("an answer of more than 20,000 points is put together in pieces, and says the same", async () => {
  const n = 20_001;
  const timeMs = Float64Array.from({ length: n }, (_, i) => i * 60_000);
  const curve = { initialCash: 1, daily: false, timeMs, equity: new Float64Array(n).fill(2) };
  const id = held as JobId;
  const job: Job = {
    ...{ id, kind: "backtest", createdAtMs: 0, symbol: "X", strategy: "buy_and_hold", request: "{}" },
    bars: { source: "inline", hash: null },
    state: { status: "completed", attempt: 1 },
  };
  const result = { head: '{"a":1}', trades: "[]", resultHash: "", sharpe: null, totalReturn: null, maxDrawdown: null };
  const pieces = await runAnswer({ ...service.parts.jobs, curve: async () => curve }, service.parts.user, job, result);
  expect(pieces).not.toBeString();
  const whole: Shown & { a: number } = JSON.parse([...pieces].join(""));
  expect([whole.a, whole.trades, whole.equity_curve?.length]).toEqual([1, [], n]);
});
