import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { JobStatus, UserId } from "../../core/jobs/job.ts";
import { A_JOB, post, shownBy, startTestService, type TestService } from "../test-service.ts";

const PATH = "/api/v1/batches";
const SAMPLES = ["SAMPLE-TREND", "SAMPLE-RANGE", "SAMPLE-VOL"];
const { symbol: _symbol, ...JOB } = A_JOB;
const BATCH = { symbols: SAMPLES, job: JOB };
const SWEEP = { ...JOB, params: { fast: [5, 10], slow: [30, 60] }, overfitting: "none" };
const WAIT = { prefer: "wait=30" };
const CSV = { headers: { accept: "text/csv" } };

interface Batch {
  readonly batch_id: string;
  readonly kind: string;
  readonly status: JobStatus;
  readonly counts: Readonly<Record<JobStatus, number>>;
  readonly cancelled: number;
  readonly items: readonly {
    readonly job_id: string;
    readonly sweep_id: string;
    readonly symbol: string;
    readonly status: JobStatus;
    readonly sharpe: number | null;
    readonly total_return: number | null;
    readonly max_drawdown: number | null;
  }[];
}

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service[Symbol.asyncDispose]());

const submit = (body: unknown, headers: Readonly<Record<string, string>> = {}, at = service) =>
  at.request(PATH, post(body, headers));
const get = (id: string, init: RequestInit = {}, at = service) => at.request(`${PATH}/${id}`, init);
const remove = (id: string, query = "", at = service) => at.request(`${PATH}/${id}${query}`, { method: "DELETE" });
const batchIn = async (response: Response): Promise<Batch> => JSON.parse(await response.text());
const jobsNow = async (at = service) => (await shownBy(await at.request("/api/v1/jobs?limit=200"))).items.length;

/** A batch that has ended. */
async function ended(body: object): Promise<Batch> {
  const posted = await submit(body, WAIT);
  expect(posted.status).toBe(200);
  return batchIn(posted);
}

describe("a posted batch", () => {
  test("answers at once, with its jobs in the order of its symbols and where to ask", async () => {
    const posted = await submit(BATCH);
    expect(posted.status).toBe(202);
    const batch = await batchIn(posted);
    expect(posted.headers.get("location")).toBe(`${PATH}/${batch.batch_id}`);
    expect(posted.headers.get("preference-applied")).toBeNull();
    expect(batch.kind).toBe("job");
    expect(batch.items.map(({ symbol }) => symbol)).toEqual(SAMPLES);
    for (const { job_id, symbol } of batch.items) {
      const job = await shownBy(await service.request(`/api/v1/jobs/${job_id}`));
      expect(job).toMatchObject({ job_id, symbol, strategy: "ma_crossover" });
    }
  });

  test("waits where that is asked for, and shows the figures that each job alone has", async () => {
    const posted = await submit(BATCH, WAIT);
    expect([posted.status, posted.headers.get("preference-applied")]).toEqual([200, "wait=30"]);
    const batch = await batchIn(posted);
    expect(batch.status).toBe("completed");
    expect(batch.counts).toEqual({ queued: 0, running: 0, completed: 3, failed: 0, cancelled: 0 });
    for (const { symbol, job_id, ...item } of batch.items) {
      const alone = await service.request("/api/v1/jobs", post({ ...A_JOB, symbol }));
      const { sharpe, total_return, max_drawdown, result_hash } = JSON.parse(await alone.text());
      expect(item).toMatchObject({ status: "completed", sharpe, total_return, max_drawdown });
      expect((await shownBy(await service.request(`/api/v1/jobs/${job_id}`))).result_hash).toBe(result_hash);
    }
    expect(await (await get(batch.batch_id)).json()).toEqual(batch);
  });

  test("of sweeps has sweeps, with the figures of their best trials", async () => {
    const batch = await ended({ symbols: SAMPLES.slice(0, 2), sweep: SWEEP });
    expect(batch).toMatchObject({
      kind: "sweep",
      status: "completed",
      items: [{ symbol: "SAMPLE-TREND" }, { symbol: "SAMPLE-RANGE" }],
    });
    for (const { sweep_id, sharpe, total_return } of batch.items) {
      const found = await (await service.request(`/api/v1/sweeps/${sweep_id}`)).json();
      expect(found).toMatchObject({ sweep_id, trials: 4, best: { sharpe, total_return } });
    }
  });

  test("is completed when one of its jobs is, and failed when all are", async () => {
    const some = await ended({ symbols: ["NOPE", "AAPL"], job: { strategy: "buy_and_hold" } });
    expect(some.items.map(({ symbol, status, sharpe }) => [symbol, status, sharpe !== null])).toEqual([
      ["NOPE", "failed", false],
      ["AAPL", "completed", true],
    ]);
    expect(some.status).toBe("completed");
    expect(await ended({ symbols: ["NOPE", "NIL"], job: { strategy: "buy_and_hold" } })).toMatchObject({
      status: "failed",
      counts: { failed: 2 },
    });
  });

  test("goes on after the wait", async () => {
    await using held = await startTestService();
    held.hold();
    const posted = await submit(BATCH, { prefer: "wait=1" }, held);
    expect(posted.status).toBe(202);
    const { batch_id, status, counts } = await batchIn(posted);
    expect([status, counts.completed]).toEqual(["running", 0]);
    held.release();
    let now = await batchIn(await get(batch_id, {}, held));
    for (; now.status !== "completed"; await Bun.sleep(1)) now = await batchIn(await get(batch_id, {}, held));
    expect(now.counts.completed).toBe(3);
  });

  test.each([
    ["wrong in itself", { symbols: ["A", "A/B"], job: { ...JOB, params: { fast: 0 } } }, 400, ["job.params.fast", "symbols.1"]],
    ["no object", [], 400, [""]],
    [
      "too much",
      { symbols: SAMPLES, sweep: { ...JOB, params: { fast: { from: 1, to: 5000 }, slow: { from: 1, to: 5000 } } } },
      422,
      ["sweep.params"],
    ],
    ["on samples that do not exist", { symbols: ["SAMPLE-TREND", "CON", "SAMPLE-X"], job: JOB }, 404, ["symbols.1", "symbols.2"]],
    ["on datasets that were not uploaded", { symbols: ["MINE"], job: { ...JOB, source: "dataset" } }, 404, ["symbols.0"]],
  ])("that is %s is refused and leaves no job", async (_, body, status, paths) => {
    const before = await jobsNow();
    const posted = await submit(body, { "idempotency-key": "refused" });
    expect(posted.status).toBe(status);
    expect((await shownBy(posted)).errors.map(({ path }) => path).sort()).toEqual(paths);
    expect(await jobsNow()).toBe(before);
  });

  test("names all symbols that are unknown", async () => {
    const { detail, code } = await shownBy(await submit({ symbols: ["B", "SAMPLE-VOL", "A"], job: JOB }));
    expect([code, detail]).toEqual(["not_found", "of 3 symbols 2 are unknown to the source sample: B, A; no job was made"]);
    const many = await shownBy(await submit({ symbols: Array.from({ length: 60 }, (_, k) => `S${k}`), job: JOB }));
    expect(many.errors).toHaveLength(20);
    expect(many.detail).toContain("S0, S1");
    expect(many.detail).toContain("S58, S59;");
  });

  test("with a query is refused: there are no parameters", async () => {
    const posted = await service.request(`${PATH}?wait=5`, post(BATCH));
    expect([posted.status, (await shownBy(posted)).errors[0]?.path]).toEqual([400, "wait"]);
  });

  test("runs each symbol on its dataset as that was when the batch was accepted", async () => {
    const upload = (symbol: string, close: number) =>
      service.request(`/api/v1/datasets/${symbol}`, {
        method: "PUT",
        headers: { "content-type": "text/csv" },
        body: `date,open,high,low,close\n2020-01-02,10,10,10,10\n2020-01-03,10,${close},10,${close}\n`,
      });
    await upload("UP2", 20);
    await upload("UP3", 30);
    const batch = await ended({ symbols: ["up3", "up2"], job: { source: "dataset", strategy: "buy_and_hold" } });
    expect(batch.items.map(({ symbol, total_return }) => [symbol, total_return])).toEqual([
      ["UP3", 2],
      ["UP2", 1],
    ]);
  });

  test("on a dataset that is replaced again and again is a conflict, and is taken when it was replaced once", async () => {
    const { jobs } = service.parts;
    for (const [gone, status] of [
      [1, 202],
      [99, 409],
    ] as const) {
      let left = gone;
      const acceptBatch: typeof jobs.acceptBatch = (...given) =>
        left-- > 0 ? Promise.resolve({ kind: "bars_gone" }) : jobs.acceptBatch(...given);
      await using replaced = await startTestService({ jobs: { ...jobs, acceptBatch }, runner: service.parts.runner });
      expect((await submit(BATCH, {}, replaced)).status).toBe(status);
    }
  });
});

describe("a key of a batch", () => {
  test("stands for the batch as it is now; with another body, or for a job, it is refused", async () => {
    const key = { "idempotency-key": "batch-1" };
    const first = await batchIn(await submit(BATCH, { ...key, ...WAIT }));
    const before = await jobsNow();
    const again = await submit(BATCH, key);
    expect([again.status, again.headers.get("idempotency-replayed"), again.headers.get("location")]).toEqual([
      200,
      "true",
      `${PATH}/${first.batch_id}`,
    ]);
    expect(await batchIn(again)).toEqual(first);
    expect((await shownBy(await submit({ ...BATCH, symbols: ["SAMPLE-VOL"] }, key))).code).toBe("idempotency_mismatch");
    expect((await shownBy(await service.request("/api/v1/jobs", post(A_JOB, key)))).code).toBe("idempotency_mismatch");
    expect(await jobsNow()).toBe(before);
  });

  test("sent often at once makes one batch", async () => {
    const key = { "idempotency-key": "batch-2" };
    const posted = await Promise.all(Array.from({ length: 10 }, () => submit(BATCH, key)));
    const ids = await Promise.all(posted.map(async (response) => (await batchIn(response)).batch_id));
    expect(new Set(ids).size).toBe(1);
    expect(posted.filter(({ headers }) => headers.get("idempotency-replayed") === null)).toHaveLength(1);
  });

  test("of a batch that was removed is free again", async () => {
    const key = { "idempotency-key": "batch-3", ...WAIT };
    const first = await batchIn(await submit(BATCH, key));
    expect((await remove(first.batch_id, "?remove=true")).status).toBe(204);
    const second = await batchIn(await submit(BATCH, key));
    expect(second.batch_id).not.toBe(first.batch_id);
  });

  test("of a batch that goes while it is looked for is answered as one that is gone", async () => {
    const key = { "idempotency-key": "batch-4" };
    await submit(BATCH, key);
    const { jobs } = service.parts;
    await using gone = await startTestService({ jobs: { ...jobs, batch: async () => undefined }, runner: service.parts.runner });
    expect((await shownBy(await submit(BATCH, key, gone))).detail).toStartWith(
      "what this Idempotency-Key stands for was removed",
    );
    expect((await shownBy(await submit(BATCH, {}, gone))).detail).toBe("the batch was removed meanwhile");
  });
});

describe("a server that has enough to do", () => {
  test("refuses a batch for which there is no place now, and one for which there never is", async () => {
    const limits = { ...service.parts.limits, maxQueued: 5 };
    await using held = await startTestService({ limits });
    held.hold();
    expect((await submit(BATCH, {}, held)).status).toBe(202);
    while (held.parts.runner.pool.load < 3) await Bun.sleep(1);
    const more = await submit({ ...BATCH, job: { ...JOB, start: "2021-01-01" } }, {}, held);
    expect([more.status, more.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await shownBy(more)).detail).toContain("3 more would make more than 5");
    const never = await submit({ symbols: ["A", "B", "C", "D", "E", "F"], job: { strategy: "momentum" } }, {}, held);
    expect(never.status).toBe(422);
    expect(await shownBy(never)).toMatchObject({
      code: "too_costly",
      detail: "a batch of 6 jobs is more than may wait here, which are 5; take fewer symbols",
    });
    expect(await jobsNow(held)).toBe(3);
  });

  test("takes no batch while it shuts down", async () => {
    await using leaving = await startTestService({ stopping: () => true });
    expect((await submit(BATCH, {}, leaving)).status).toBe(503);
  });
});

describe("a batch", () => {
  test("is a line a job as CSV", async () => {
    const { batch_id, items } = await ended(BATCH);
    const shown = await get(batch_id, CSV);
    expect(shown.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head, ...lines] = (await shown.text()).trim().split("\r\n");
    expect(head).toBe("job_id,status,symbol,strategy,created_at,sharpe,total_return,max_drawdown");
    expect(lines).toEqual(
      items.map((item) =>
        [
          ...[item.job_id, "completed", item.symbol, "ma_crossover", "2026-01-02T03:04:05.000Z"],
          ...[item.sharpe, item.total_return, item.max_drawdown],
        ].join(","),
      ),
    );
    const sweeps = await ended({ symbols: ["SAMPLE-VOL"], sweep: SWEEP });
    expect(await (await get(sweeps.batch_id, CSV)).text()).toStartWith("sweep_id,status,symbol,");
  });

  test("is left with the rest when one of its jobs is removed", async () => {
    const { batch_id, items } = await ended(BATCH);
    expect((await service.request(`/api/v1/jobs/${items[0]?.job_id}?remove=true`, { method: "DELETE" })).status).toBe(204);
    const left = await batchIn(await get(batch_id));
    expect(left.items).toEqual(items.slice(1));
    expect(left.counts.completed).toBe(2);
  });

  test("looks like a missing one where it is another user's, and so does an id that is none, or a job's", async () => {
    const { batch_id, items } = await ended(BATCH);
    const { jobs, runner } = service.parts;
    const other = "00000000-0000-7000-8000-0000000000b1" as UserId;
    await using foreign = await startTestService({ jobs, runner, user: other });
    const missing = async (response: Response) => {
      const { request_id: _id, ...rest } = await shownBy(response);
      return { ...rest, status: response.status };
    };
    const expected = { status: 404, code: "not_found", detail: "there is no such batch" };
    for (const [id, at] of [
      [batch_id, foreign],
      ["x", service],
      [items[0]?.job_id ?? "", service],
    ] as const) {
      expect(await missing(await get(id, {}, at))).toMatchObject(expected);
      expect(await missing(await remove(id, "", at))).toMatchObject(expected);
    }
    expect((await shownBy(await foreign.request(PATH))).items).toEqual([]);
  });

  test("has no parameters but remove", async () => {
    const { batch_id } = await ended(BATCH);
    expect((await get(`${batch_id}?x=1`)).status).toBe(400);
    expect((await remove(batch_id, "?remove=1")).status).toBe(400);
  });
});

describe("DELETE of a batch", () => {
  test("cancels what is not final and says how many; what was completed stays", async () => {
    await using held = await startTestService();
    const done = await batchIn(await submit({ symbols: ["SAMPLE-TREND"], job: JOB }, WAIT, held));
    held.hold();
    const { batch_id, items } = await batchIn(await submit(BATCH, {}, held));
    const cancelled = await remove(batch_id, "?remove=true", held);
    expect([cancelled.status, await batchIn(cancelled)]).toMatchObject([202, { batch_id, status: "cancelled", cancelled: 3 }]);
    const now = await batchIn(await get(batch_id, {}, held));
    expect(now).toMatchObject({ status: "cancelled", counts: { cancelled: 3, queued: 0, running: 0 } });
    for (const { job_id } of items) {
      expect((await shownBy(await held.request(`/api/v1/jobs/${job_id}`))).status).toBe("cancelled");
    }
    expect((await batchIn(await get(done.batch_id, {}, held))).status).toBe("completed");
  });

  test("of a final one is a conflict, and with ?remove=true takes it with its jobs", async () => {
    const { batch_id, items } = await ended(BATCH);
    const refused = await remove(batch_id);
    expect([refused.status, (await shownBy(refused)).code]).toEqual([409, "conflict"]);
    expect((await remove(batch_id, "?remove=true")).status).toBe(204);
    for (const { job_id } of items) expect((await service.request(`/api/v1/jobs/${job_id}`)).status).toBe(404);
    for (const response of [await get(batch_id), await remove(batch_id, "?remove=true")]) expect(response.status).toBe(404);
  });
});

describe("a list of batches", () => {
  test("is newest first, a page at a time, as JSON and CSV", async () => {
    await using listed = await startTestService();
    const ids: string[] = [];
    for (const body of [BATCH, { symbols: ["SAMPLE-VOL"], sweep: SWEEP }, BATCH]) {
      ids.unshift((await batchIn(await submit(body, WAIT, listed))).batch_id);
    }
    const page = async (query: string) => {
      const { items, next_cursor } = JSON.parse(await (await listed.request(`${PATH}${query}`)).text());
      return { items, next: next_cursor, ids: items.map(({ batch_id }: Batch) => batch_id) };
    };
    const first = await page("?limit=2");
    expect(first.ids).toEqual(ids.slice(0, 2));
    expect(first.items[1]).toEqual({
      ...{ batch_id: ids[1], kind: "sweep", status: "completed", created_at: "2026-01-02T03:04:05.000Z" },
      counts: { queued: 0, running: 0, completed: 1, failed: 0, cancelled: 0 },
    });
    expect(await page(`?limit=2&cursor=${first.next}`)).toMatchObject({ ids: [ids[2]], next: null });
    const csv = await listed.request(`${PATH}?limit=2`, CSV);
    expect(csv.headers.get("link")).toBe(`<${PATH}?limit=2&cursor=${first.next}>; rel="next"`);
    expect((await csv.text()).split("\r\n").slice(0, 2)).toEqual([
      "batch_id,kind,status,created_at,counts.queued,counts.running,counts.completed,counts.failed,counts.cancelled",
      `${ids[0]},job,completed,2026-01-02T03:04:05.000Z,0,0,3,0,0`,
    ]);
  });

  test.each(["limit=0", "limit=201", "status=queued", "cursor=x", "cursor=am9iczp4"])("refuses %s", async (query) => {
    expect((await service.request(`${PATH}?${query}`)).status).toBe(400);
  });
});
