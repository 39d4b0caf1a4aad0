import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { A_JOB, post, type Shown, shownBy, startTestService, type TestService } from "../test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service[Symbol.asyncDispose]());

const submit = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  service.request("/api/v1/jobs", post(body, headers));
const jobsNow = async () => (await shownBy(await service.request("/api/v1/jobs?limit=200"))).items.length;

/** What a job has become once it is final. */
async function ended(id: string): Promise<string> {
  for (;;) {
    const { status } = await shownBy(await service.request(`/api/v1/jobs/${id}`));
    if (status !== "queued" && status !== "running") return status;
    await Bun.sleep(1);
  }
}

/** Bars of which the outcome is known by hand: bought at 10, worth 20 at the end. */
const TWO_BARS = { time: ["2020-01-01", "2020-01-02"], open: [10, 10], high: [10, 20], low: [10, 10], close: [10, 20] };
const HELD = { bars: TWO_BARS, strategy: "buy_and_hold", initial_cash: 100 };

describe("a posted job", () => {
  test("that ends within the wait is answered whole, and GET gives the same text", async () => {
    const posted = await submit(A_JOB);
    expect(posted.status).toBe(200);
    expect(posted.headers.get("content-type")).toBe("application/json");
    const text = await posted.text();
    const answer: Shown = JSON.parse(text);
    expect(answer).toMatchObject({ status: "completed", symbol: "SAMPLE-TREND", data: { source: "sample", synthetic: true } });
    expect(answer.equity_curve).toHaveLength(answer.data.bars);
    expect(posted.headers.get("location")).toBe(`/api/v1/jobs/${answer.job_id}`);
    expect(await (await service.request(`/api/v1/jobs/${answer.job_id}`)).text()).toBe(text);
  });

  test("runs on the bars that it brings", async () => {
    const answer = await shownBy(await submit(HELD));
    expect(answer).toMatchObject({ symbol: "INLINE", total_return: 1, trades: [], data: { source: "inline", bars: 2 } });
    expect(answer.equity_curve?.map(({ equity }) => equity)).toEqual([100, 200]);
  });

  test("shows as much of the curve as it asks for, on POST and GET", async () => {
    for (const [points, length] of [
      ["none", null],
      [5, 5],
    ] as const) {
      const posted = await (await submit({ ...A_JOB, equity_points: points })).text();
      const { job_id, equity_curve, equity_curve_sampled } = JSON.parse(posted);
      expect(equity_curve?.length ?? null).toBe(length);
      expect(equity_curve_sampled).toBe(length === null ? undefined : true);
      expect(await (await service.request(`/api/v1/jobs/${job_id}`)).text()).toBe(posted);
    }
  });

  test("that fails within the wait answers its problem, and GET tells of the failed job", async () => {
    const posted = await submit({ symbol: "NOPE", strategy: "buy_and_hold" });
    expect(posted.status).toBe(404);
    expect(posted.headers.get("content-type")).toBe("application/problem+json");
    const problem = await shownBy(posted);
    expect(problem).toMatchObject({ code: "not_found", status: 404, request_id: posted.headers.get("x-request-id") });
    expect(posted.headers.get("location")).toBe(`/api/v1/jobs/${problem.job_id}`);
    const found = await service.request(`/api/v1/jobs/${problem.job_id}`);
    expect(found.status).toBe(200);
    expect(await shownBy(found)).toMatchObject({
      job_id: problem.job_id,
      status: "failed",
      problem: { code: "not_found", status: 404 },
    });
  });

  test("that needs more bars than there are is 422 no_data", async () => {
    const posted = await submit({ ...HELD, strategy: "momentum" });
    expect([posted.status, (await shownBy(posted)).code]).toEqual([422, "no_data"]);
  });

  test("that is wrong in itself is 400, names every field and leaves no job", async () => {
    const before = await jobsNow();
    const posted = await submit({ ...A_JOB, strategy: "smaa", cash: -1, colour: "red" });
    expect(posted.status).toBe(400);
    const { errors } = await shownBy(posted);
    expect(errors.map(({ path }) => path).sort()).toEqual(["colour", "initial_cash", "strategy"]);
    expect(await jobsNow()).toBe(before);
  });

  test.each([
    ["a sample that does not exist", { ...A_JOB, symbol: "SAMPLE-X" }, 404, "not_found"],
    ["a dataset that was not uploaded", { symbol: "MINE", source: "dataset", strategy: "buy_and_hold" }, 404, "not_found"],
    ["bad inline bars", { ...HELD, bars: { ...TWO_BARS, close: [10] } }, 400, "invalid_request"],
    ["no object", [], 400, "invalid_request"],
  ])("on %s is refused and leaves no job", async (_, body, status, code) => {
    const before = await jobsNow();
    const posted = await submit(body);
    expect([posted.status, (await shownBy(posted)).code]).toEqual([status, code]);
    expect(await jobsNow()).toBe(before);
  });

  test("with a query is refused: there are no parameters", async () => {
    const posted = await service.request("/api/v1/jobs?wait=5", post(A_JOB));
    expect([posted.status, (await shownBy(posted)).errors[0]?.path]).toEqual([400, "wait"]);
  });
});

describe("Prefer", () => {
  test("respond-async answers 202 at once, with the place to ask", async () => {
    const posted = await submit(A_JOB, { prefer: "respond-async" });
    expect(posted.status).toBe(202);
    expect(posted.headers.get("preference-applied")).toBe("respond-async");
    const { job_id, status } = await shownBy(posted);
    expect(status).toBe("queued");
    expect(posted.headers.get("location")).toBe(`/api/v1/jobs/${job_id}`);
    expect(await ended(job_id)).toBe("completed");
  });

  test("wait=0 waits no longer than that; a finished wait is named too", async () => {
    expect((await submit(A_JOB, { prefer: "wait=0" })).status).toBe(202);
    const waited = await submit(A_JOB, { prefer: "wait=100" });
    expect([waited.status, waited.headers.get("preference-applied")]).toEqual([200, "wait=60"]);
  });

  test("wait=1 that is over answers 202 with what the job is in", async () => {
    await using held = await startTestService({ defaultWaitMs: 20 });
    held.hold();
    const posted = await held.request("/api/v1/jobs", post(A_JOB));
    expect(posted.status).toBe(202);
    expect((await shownBy(posted)).status).toBe("running");
  });

  test("a job cancelled within the wait is answered as cancelled", async () => {
    await using held = await startTestService();
    held.hold();
    const waiting = held.request("/api/v1/jobs", post(A_JOB));
    let items: readonly Shown[] = [];
    for (; items.length === 0; await Bun.sleep(1)) items = (await shownBy(await held.request("/api/v1/jobs"))).items;
    expect((await held.request(`/api/v1/jobs/${items[0]!.job_id}`, { method: "DELETE" })).status).toBe(202);
    const answer = await waiting;
    expect([answer.status, (await shownBy(answer)).status]).toEqual([200, "cancelled"]);
  });
});

describe("Idempotency-Key", () => {
  test("with an equal body answers the first job, whatever the order of its fields", async () => {
    const { symbol, source, ...rest } = A_JOB;
    const first = await submit(A_JOB, { "idempotency-key": "one" });
    const text = await first.text();
    const again = await submit({ ...rest, source, symbol }, { "idempotency-key": "one" });
    expect([first.headers.get("idempotency-replayed"), again.headers.get("idempotency-replayed")]).toEqual([null, "true"]);
    expect([again.status, again.headers.get("location")]).toEqual([200, first.headers.get("location")]);
    expect(await again.text()).toBe(text);
  });

  test("with another body is 422 idempotency_mismatch", async () => {
    await submit(A_JOB, { "idempotency-key": "two" });
    const other = await submit({ ...A_JOB, fill: "close" }, { "idempotency-key": "two" });
    expect([other.status, (await shownBy(other)).code]).toEqual([422, "idempotency_mismatch"]);
  });

  test("is not used up by a refused request", async () => {
    expect((await submit({ ...A_JOB, symbol: "SAMPLE-X" }, { "idempotency-key": "three" })).status).toBe(404);
    const posted = await submit(A_JOB, { "idempotency-key": "three" });
    expect([posted.status, posted.headers.get("idempotency-replayed")]).toEqual([200, null]);
  });

  test("of a failed job answers 200 with the failure, as GET does", async () => {
    const body = { symbol: "NOPE", strategy: "buy_and_hold" };
    expect((await submit(body, { "idempotency-key": "four" })).status).toBe(404);
    const again = await submit(body, { "idempotency-key": "four" });
    expect(again.status).toBe(200);
    expect(await shownBy(again)).toMatchObject({ status: "failed", problem: { code: "not_found" } });
  });

  test("sent many times at once makes one job", async () => {
    const before = await jobsNow();
    const key = { "idempotency-key": "five", prefer: "respond-async" };
    const answers = await Promise.all(Array.from({ length: 20 }, () => submit(A_JOB, key)));
    expect(new Set(answers.map(({ headers }) => headers.get("location"))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === null)).toHaveLength(1);
    expect(await jobsNow()).toBe(before + 1);
  });

  test("of a job that goes on answers 202 at once", async () => {
    await using held = await startTestService();
    held.hold();
    const key = { "idempotency-key": "six" };
    await held.request("/api/v1/jobs", post(A_JOB, { ...key, prefer: "respond-async" }));
    const again = await held.request("/api/v1/jobs", post(A_JOB, key));
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([202, "true"]);
  });

  test("that is none is 400", async () => {
    const posted = await submit(A_JOB, { "idempotency-key": "a b" });
    expect([posted.status, (await shownBy(posted)).errors[0]?.path]).toEqual([400, "Idempotency-Key"]);
  });

  test("of a removed job may be used again", async () => {
    const { job_id } = await shownBy(await submit(A_JOB, { "idempotency-key": "seven" }));
    expect((await service.request(`/api/v1/jobs/${job_id}?remove=true`, { method: "DELETE" })).status).toBe(204);
    const again = await submit(A_JOB, { "idempotency-key": "seven" });
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, null]);
  });
});

describe("a dataset replaced between finding its bars and accepting the job", () => {
  test.each([
    [1, 200],
    [3, 409],
  ])("%i times: %i", async (times, status) => {
    let gone = 0;
    const { jobs } = service.parts;
    const accept: typeof jobs.accept = async (...given) => (gone++ < times ? { kind: "bars_gone" } : jobs.accept(...given));
    await using replaced = await startTestService({ jobs: { ...jobs, accept }, runner: service.parts.runner });
    expect((await replaced.request("/api/v1/jobs", post(A_JOB))).status).toBe(status);
  });
});

describe("a server that has enough to do", () => {
  test("answers 503 with Retry-After and keeps no job", async () => {
    const limits = { ...service.parts.limits, maxQueued: 2 };
    await using held = await startTestService({ limits });
    held.hold();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => held.request("/api/v1/jobs", post(A_JOB, { prefer: "respond-async" }))),
    );
    const after = await held.request("/api/v1/jobs", post(A_JOB));
    expect([after.status, after.headers.get("retry-after"), (await shownBy(after)).code]).toEqual([503, "1", "unavailable"]);
    const kept = (await shownBy(await held.request("/api/v1/jobs"))).items.length;
    expect(kept).toBe(answers.filter(({ status }) => status === 202).length);
  });

  test("takes nothing new while it shuts down", async () => {
    await using leaving = await startTestService({ stopping: () => true });
    expect((await leaving.request("/api/v1/jobs", post(A_JOB))).status).toBe(503);
    expect((await leaving.request("/health")).status).toBe(200);
    expect((await leaving.request("/ready")).status).toBe(503);
  });
});
