import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { JobId } from "../../core/jobs/job.ts";
import { parseWalkForward } from "../../core/requests/walk-forward.ts";
import { runWalkForward } from "../../core/run/walk-forward.ts";
import { walkForwardAnswer } from "../../core/run/walk-forward-answer.ts";
import { sampleProvider } from "../../data/sample.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { storedAnswer } from "../job-answer.ts";
import { A_JOB, post, shownBy, startTestService, type TestService } from "../test-service.ts";

/** 1305 bars: folds trade from bar 500 on, the last one 55 bars. */
const A_WALK = {
  ...A_JOB,
  ...{ params: { fast: [5, 10], slow: [30, 60] }, commission: 0.001 },
  ...{ in_sample_bars: 500, out_of_sample_bars: 250 },
};
const PATH = "/api/v1/walk-forwards";

interface Walked {
  readonly walk_forward_id: string;
  readonly result_hash: string;
  readonly folds: readonly { readonly out_of_sample: { readonly bars: number } }[];
  readonly out_of_sample: {
    readonly from: string;
    readonly to: string;
    readonly bars: number;
    readonly metrics: { readonly sharpe: number; readonly total_return: number; readonly max_drawdown: number };
    readonly equity_curve: readonly { readonly time: string; readonly equity: number; readonly drawdown: number }[];
  };
}

let service: TestService;
let walked: Walked;
let walkedText = "";
beforeAll(async () => {
  service = await startTestService();
  walkedText = await (await submit(A_WALK)).text();
  walked = JSON.parse(walkedText);
});
afterAll(() => service[Symbol.asyncDispose]());

const submit = (body: unknown, headers: Readonly<Record<string, string>> = {}) => service.request(PATH, post(body, headers));
const get = (path: string, headers: Readonly<Record<string, string>> = {}) => service.request(`${PATH}/${path}`, { headers });
const csv = { accept: "text/csv" };

/** The answer of a run in this process, without a service. */
async function answeredHere(body: object): Promise<unknown> {
  const asked = parseWalkForward(body);
  if (!asked.ok) throw new Error(asked.error.detail);
  const nowMs = service.parts.nowMs();
  const ports = { provider: sampleProvider, engine: engineTs, sweeper: plainSweeper(engineTs), nowMs };
  const run = await runWalkForward(asked.value.request, ports);
  if (!run?.ok) throw new Error("the walk-forward failed");
  const receipt = { walkForwardId: null, createdAtMs: nowMs, runtimeSeconds: 0, fallbackReason: null };
  return JSON.parse(JSON.stringify(walkForwardAnswer(run.value, receipt)));
}

describe("a posted walk-forward", () => {
  test.each([
    ["with its whole curve", A_WALK],
    ["with some points of it", { ...A_WALK, equity_points: 7, mode: "anchored", purge_bars: 3, embargo_bars: 2 }],
    ["without a curve", { ...A_WALK, equity_points: "none" }],
  ])("is answered as it is run without a service, %s", async (_, body) => {
    const text = await (await submit(body)).text();
    const here = await answeredHere(body);
    const answer = JSON.parse(text);
    expect<unknown>({ ...answer, walk_forward_id: null, runtime_seconds: 0 }).toEqual(here);
    expect(Object.keys(answer)).toEqual(Object.keys(Object(here)));
    expect(await (await get(answer.walk_forward_id)).text()).toBe(text);
  });

  test("has folds whose out-of-sample windows make up the curve", () => {
    expect(walked.folds.map(({ out_of_sample: { bars } }) => bars)).toEqual([250, 250, 250, 55]);
    const { bars, from, to, equity_curve: curve, metrics } = walked.out_of_sample;
    expect([bars, curve.length]).toEqual([805, 805]);
    expect([curve[0]?.time, curve.at(-1)?.time]).toEqual([from, to]);
    expect((curve.at(-1)?.equity ?? 0) / 10_000 - 1).toBeCloseTo(metrics.total_return, 12);
    expect(Math.min(...curve.map(({ drawdown }) => drawdown))).toBeCloseTo(metrics.max_drawdown, 12);
  });

  test("is known by its tag", async () => {
    const shown = await get(walked.walk_forward_id);
    expect((await get(walked.walk_forward_id, { "if-none-match": shown.headers.get("etag") ?? "" })).status).toBe(304);
  });

  test("names its place and honours Prefer", async () => {
    const posted = await submit(A_WALK, { prefer: "respond-async" });
    const { walk_forward_id, status } = await shownBy(posted);
    expect([posted.status, status, posted.headers.get("location")]).toEqual([202, "queued", `${PATH}/${walk_forward_id}`]);
    let now = await shownBy(await get(walk_forward_id));
    for (; now.status !== "completed"; await Bun.sleep(1)) now = await shownBy(await get(walk_forward_id));
    expect(now.result_hash).toBe(walked.result_hash);
  });

  test("with a key used before is the first one; with another body, or the key of a sweep, it is refused", async () => {
    const key = { "idempotency-key": "walk-1" };
    const first = await (await submit(A_WALK, key)).text();
    const again = await submit(A_WALK, key);
    expect([again.status, again.headers.get("idempotency-replayed"), await again.text()]).toEqual([200, "true", first]);
    expect((await shownBy(await submit({ ...A_WALK, purge_bars: 1 }, key))).code).toBe("idempotency_mismatch");
    const { in_sample_bars: _in, out_of_sample_bars: _out, ...sweep } = A_WALK;
    expect((await service.request("/api/v1/sweeps", post(sweep, { "idempotency-key": "sweep-1" }))).status).toBe(200);
    expect((await shownBy(await submit(sweep, { "idempotency-key": "sweep-1" }))).code).toBe("idempotency_mismatch");
  });

  test("runs on the bars that it brings, and on fetched ones", async () => {
    const time = Array.from({ length: 6 }, (_, day) => `2024-01-0${day + 1}`);
    const close = [100, 110, 120, 132, 150, 165];
    const open = [100, 100, 110, 120, 132, 150];
    const bars = { time, open, high: close, low: open, close };
    const windows = { in_sample_bars: 2, out_of_sample_bars: 2, objective: "total_return" };
    // Out of sample 120 -> 132 and 150 -> 165, each after a bar without a position.
    const own = await (await submit({ bars, strategy: "buy_and_hold", ...windows })).json();
    expect(own).toMatchObject({ symbol: "INLINE", data: { source: "inline", bars: 6 }, folds: [{}, {}] });
    const equity = Object(own).out_of_sample.equity_curve.map(
      (point: { equity: number }) => Math.round(point.equity * 1e6) / 1e6,
    );
    expect(equity).toEqual([10_000, 11_000, 11_000, 12_100]);
    const lookback = { symbol: "AAPL", strategy: "momentum", params: { lookback: [1, 2] } };
    const fetched = await submit({ ...lookback, in_sample_bars: 100, out_of_sample_bars: 100 });
    expect(await fetched.json()).toMatchObject({ data: { source: "yahoo", bars: 300 }, folds: [{}, {}] });
    expect((await submit({ ...lookback, symbol: "NOPE", warmup: "auto", ...windows })).status).toBe(404);
  });

  test("that is wrong in itself is 400, names every field and leaves nothing", async () => {
    const listed = async () => (await shownBy(await service.request(`${PATH}?limit=200`))).items.length;
    const before = await listed();
    const posted = await submit({ ...A_WALK, in_sample_bars: 0, mode: "expanding", objective: "luck", folds: 5 });
    expect(posted.status).toBe(400);
    const { errors } = await shownBy(posted);
    expect(new Set(errors.map(({ path }) => path))).toEqual(new Set(["folds", "in_sample_bars", "mode", "objective"]));
    expect((await submit({ ...A_WALK, symbol: "SAMPLE-X" })).status).toBe(404);
    expect(await listed()).toBe(before);
  });

  test("of which no fold fits, or which is too much, fails with its problem and its id", async () => {
    for (const [body, code, detail] of [
      [{ ...A_WALK, in_sample_bars: 1200 }, "no_data", "one fold needs"],
      [
        { ...A_WALK, params: { fast: { from: 1, to: 29 }, slow: { from: 30, to: 59 } } },
        "too_costly",
        "in-sample bars of 4 folds",
      ],
    ] as const) {
      const failed = await submit(body);
      const problem = await shownBy(failed);
      const { walk_forward_id } = problem;
      expect([failed.status, problem.code, failed.headers.get("location")]).toEqual([422, code, `${PATH}/${walk_forward_id}`]);
      expect(problem.detail).toContain(detail);
      expect(await (await get(walk_forward_id)).json()).toMatchObject({ walk_forward_id, status: "failed", problem: { code } });
      const equity = await get(`${walk_forward_id}/equity`);
      expect([equity.status, (await shownBy(equity)).detail]).toEqual([409, "the walk-forward has no result: it failed"]);
    }
  });
});

describe("the equity curve of a walk-forward", () => {
  test("comes alone, whole or in part", async () => {
    const { walk_forward_id: id } = walked;
    const curve = walked.out_of_sample.equity_curve;
    expect<unknown>(await (await get(`${id}/equity`)).json()).toEqual({
      walk_forward_id: id,
      sampled: false,
      items: curve,
      next_cursor: null,
    });
    const part = await (await get(`${id}/equity?from=2024-01-01&points=10`)).json();
    expect(part).toMatchObject({ walk_forward_id: id, sampled: true });
    expect(Object(part).items).toHaveLength(10);
    expect(curve).toEqual(expect.arrayContaining(Object(part).items));
  });

  test("comes as CSV", async () => {
    const lines = (await (await get(`${walked.walk_forward_id}/equity?from=2024-12-30`, csv)).text()).trim().split("\r\n");
    const rows = walked.out_of_sample.equity_curve.slice(-2).map(({ time, equity, drawdown }) => `${time},${equity},${drawdown}`);
    expect(lines).toEqual(["time,equity,drawdown", ...rows]);
  });
});

test("a curve of more than 20,000 points is put into the answer in pieces, wherever texts speak of it", async () => {
  const { jobs, user } = service.parts;
  const job = await jobs.find(user, walked.walk_forward_id as JobId);
  if (job === undefined) throw new Error("the walk-forward is gone");
  const n = 20_001;
  const timeMs = Float64Array.from({ length: n }, (_, i) => i * 60_000);
  const curve = { initialCash: 1, daily: false, timeMs, equity: new Float64Array(n).fill(2) };
  const note = 'it says "equity_curve":null';
  const head = JSON.stringify({ note, out_of_sample: { bars: n, equity_curve: null }, after: 1 });
  const walkForward = async () => ({ head, resultHash: "" });
  const stored = await storedAnswer({ ...jobs, walkForward, curve: async () => curve }, user, job);
  const pieces = await stored?.body();
  expect(pieces).not.toBeString();
  const whole = JSON.parse([...(pieces ?? "")].join(""));
  expect([whole.note, whole.after, whole.out_of_sample.bars, whole.out_of_sample.equity_curve.length]).toEqual([note, 1, n, n]);
});

describe("walk-forwards beside jobs and sweeps", () => {
  test("do not show up in their lists, nor under their addresses, nor the other way round", async () => {
    await using all = await startTestService();
    const made = async (path: string, body: object) => shownBy(await all.request(`/api/v1/${path}`, post(body)));
    const { in_sample_bars: _in, out_of_sample_bars: _out, ...sweep } = A_WALK;
    const ids = {
      jobs: (await made("jobs", A_JOB)).job_id,
      sweeps: (await made("sweeps", sweep)).sweep_id,
      "walk-forwards": (await made("walk-forwards", A_WALK)).walk_forward_id,
    };
    const items = async (path: string) => (await shownBy(await all.request(`/api/v1/${path}`))).items;
    expect((await items("jobs")).map(({ job_id }) => job_id)).toEqual([ids.jobs]);
    expect((await items("sweeps")).map(({ sweep_id }) => sweep_id)).toEqual([ids.sweeps]);
    expect((await items("walk-forwards")).map(({ walk_forward_id }) => walk_forward_id)).toEqual([ids["walk-forwards"]]);
    const wrong: readonly (readonly [string, string, string])[] = [
      ...["", "/equity", "/trades", "/events"].map((part) => ["GET", `jobs/${ids["walk-forwards"]}${part}`, "job"] as const),
      ...["", "/trials", "/heatmap", "/events"].map((part) => ["GET", `sweeps/${ids["walk-forwards"]}${part}`, "sweep"] as const),
      ...[ids.jobs, ids.sweeps].flatMap((id) =>
        ["", "/equity", "/events"].map((part) => ["GET", `walk-forwards/${id}${part}`, "walk-forward"] as const),
      ),
      ...[ids.jobs, ids.sweeps].map((id) => ["DELETE", `walk-forwards/${id}`, "walk-forward"] as const),
      ["DELETE", `sweeps/${ids["walk-forwards"]}`, "sweep"],
      ["POST", `jobs/${ids["walk-forwards"]}/verify`, "job"],
    ];
    for (const [method, path, word] of wrong) {
      const answer = await all.request(`/api/v1/${path}`, { method });
      expect([path, answer.status, (await shownBy(answer)).detail]).toEqual([path, 404, `there is no such ${word}`]);
    }
  });

  test("are listed newest first, with their figures out of sample, by status, symbol and strategy, page by page", async () => {
    await using fresh = await startTestService();
    const ids: string[] = [];
    for (const fields of [{}, { symbol: "SAMPLE-VOL" }, { in_sample_bars: 2000 }]) {
      ids.push((await shownBy(await fresh.request(PATH, post({ ...A_WALK, ...fields })))).walk_forward_id);
    }
    const listed = async (query: string) => {
      const answer = await shownBy(await fresh.request(`${PATH}${query}`));
      return { ids: answer.items.map(({ walk_forward_id }) => ids.indexOf(walk_forward_id)), answer };
    };
    const { sharpe, total_return, max_drawdown } = walked.out_of_sample.metrics;
    expect<unknown>((await listed("")).answer.items).toEqual([
      expect.objectContaining({
        walk_forward_id: ids[2],
        status: "failed",
        sharpe: null,
        total_return: null,
        max_drawdown: null,
      }),
      expect.objectContaining({ walk_forward_id: ids[1], symbol: "SAMPLE-VOL", sharpe: expect.any(Number) }),
      expect.objectContaining({ walk_forward_id: ids[0], status: "completed", sharpe, total_return, max_drawdown }),
    ]);
    expect((await listed("?status=failed")).ids).toEqual([2]);
    expect((await listed("?symbol=sample-vol&strategy=ma_crossover")).ids).toEqual([1]);
    const first = await listed("?limit=2");
    expect([first.ids, (await listed(`?limit=2&cursor=${first.answer.next_cursor}`)).ids]).toEqual([[2, 1], [0]]);
    const lines = (await (await fresh.request(PATH, { headers: csv })).text()).split("\r\n");
    expect(lines[0]).toBe("walk_forward_id,status,symbol,strategy,created_at,sharpe,total_return,max_drawdown");
    expect((await fresh.request(`${PATH}?strategy=signals`)).status).toBe(400);
  });
});

describe("a walk-forward that is not final", () => {
  test("says what it is in, is cancelled by DELETE, and has no curve", async () => {
    await using held = await startTestService();
    held.hold();
    const { walk_forward_id } = await shownBy(await held.request(PATH, post(A_WALK, { prefer: "wait=0" })));
    const at = (path: string, init?: RequestInit) => held.request(`${PATH}/${walk_forward_id}${path}`, init);
    for (let status = ""; status !== "running"; await Bun.sleep(1)) status = (await shownBy(await at(""))).status;
    expect(await (await at("")).json()).toMatchObject({ walk_forward_id, status: "running", attempt: 1, progress: null });
    expect((await at("/equity")).status).toBe(409);
    const deleted = await at("", { method: "DELETE" });
    expect([deleted.status, await deleted.json()]).toEqual([202, { walk_forward_id, status: "cancelled" }]);
    held.release();
    expect((await shownBy(await at(""))).status).toBe("cancelled");
    const refused = await at("", { method: "DELETE" });
    expect((await shownBy(refused)).detail).toStartWith("the walk-forward is final and cannot be cancelled");
    expect((await at("?remove=true", { method: "DELETE" })).status).toBe(204);
    expect((await at("")).status).toBe(404);
  });

  test("tells its progress over all folds, and its end, to who follows it", async () => {
    await using held = await startTestService();
    held.hold();
    const { walk_forward_id } = await shownBy(await held.request(PATH, post(A_WALK, { prefer: "wait=0" })));
    const events = await held.request(`${PATH}/${walk_forward_id}/events`);
    held.release();
    const text = await events.text();
    expect(text).toContain('event: progress\nid: 3\ndata: {"done":0,"total":16}');
    expect(text).toEndWith(`event: end\nid: end\ndata: {"walk_forward_id":"${walk_forward_id}","status":"completed"}\n\n`);
  });
});
