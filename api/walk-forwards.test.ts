import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseWalkForward } from "../core/requests/walk-forward.ts";
import { runWalkForward } from "../core/run/walk-forward.ts";
import { walkForwardAnswer } from "../core/run/walk-forward-answer.ts";
import { sampleProvider } from "../data/sample.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { plainSweeper } from "../engine-ts/sweep.ts";
import { childrenOf } from "./kills/children.ts";
import { startServer, type TestServer } from "./test-server.ts";
import { post, shownBy } from "./test-service.ts";

const SAMPLE = { symbol: "SAMPLE-TREND", source: "sample", strategy: "ma_crossover" };
const WALK = {
  ...{ ...SAMPLE, start: "2010-01-01", params: { fast: { from: 5, to: 50, step: 5 }, slow: { from: 20, to: 200, step: 20 } } },
  ...{ commission: 0.001, slippage: 0.0005, in_sample_bars: 1008, out_of_sample_bars: 252, equity_points: 50 },
};
/** Long enough to be met on its way: 8,000 trials on each of 35 folds, one after the other. */
const LONG = {
  ...{ ...SAMPLE, params: { fast: { from: 1, to: 80 }, slow: { from: 81, to: 180 } } },
  ...{ in_sample_bars: 500, out_of_sample_bars: 250, equity_points: "none" },
};
const JOB = { ...SAMPLE, start: "2020-01-01", equity_points: "none" };

const folder = mkdtempSync(join(tmpdir(), "backgrid-walk-forwards-"));
let server: TestServer;
beforeAll(async () => {
  // One thread of the slower engine for what has to be met on its way; the other server runs the faster one.
  server = await startServer(join(folder, "ts"), { ENGINE: "ts", CONCURRENCY: "1" });
});
afterAll(async () => {
  server.kill("SIGKILL");
  await server.ended;
  rmSync(folder, { recursive: true, force: true });
});

const at = (path: string) => `${server.url}/api/v1/walk-forwards${path}`;
const submit = (body: object, headers: Readonly<Record<string, string>> = {}, to = at("")) => fetch(to, post(body, headers));
const begun = async (body: object) => (await shownBy(await submit(body, { prefer: "respond-async" }))).walk_forward_id;

/** The text of the events up to what matches, or to their end. */
async function eventsUntil(id: string, pattern: RegExp): Promise<string> {
  const { body } = await fetch(at(`/${id}/events`));
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (pattern.test(text)) break;
  }
  return text;
}

/** The answer of a run in this process, without a service. */
async function answeredHere(body: object) {
  const asked = parseWalkForward(body);
  if (!asked.ok) throw new Error(asked.error.detail);
  const ports = { provider: sampleProvider, engine: engineTs, sweeper: plainSweeper(engineTs), nowMs: Date.now() };
  const run = await runWalkForward(asked.value.request, ports);
  if (!run?.ok) throw new Error("the walk-forward failed");
  return walkForwardAnswer(run.value, { walkForwardId: null, createdAtMs: 0, runtimeSeconds: 0, fallbackReason: null });
}

describe("a walk-forward on a running server", () => {
  test("leaves what one in this process does, on either engine", async () => {
    const here = await answeredHere(WALK);
    const wasm = await startServer(join(folder, "wasm"), { ENGINE: "wasm" });
    try {
      for (const [url, name] of [
        [server.url, "ts"],
        [wasm.url, "wasm"],
      ] as const) {
        const answer = await (await submit(WALK, {}, `${url}/api/v1/walk-forwards`)).json();
        const { folds, out_of_sample, result_hash } = here;
        expect<unknown>(answer).toMatchObject({ engine: { name, fallback_reason: null }, result_hash, trials: 90, skipped: 10 });
        const { folds: theirs, out_of_sample: traded } = Object(answer);
        expect(theirs.map(({ chosen }: { chosen: unknown }) => chosen)).toEqual(folds.map(({ chosen }) => chosen));
        expect(traded.equity_curve).toEqual(out_of_sample.equity_curve);
        expect(traded.metrics).toEqual(out_of_sample.metrics);
      }
    } finally {
      wasm.kill("SIGKILL");
      await wasm.ended;
    }
  });

  test("tells its progress over all folds, ends when it is cancelled, and the next job runs", async () => {
    const id = await begun(LONG);
    const told = await eventsUntil(id, /"done":[1-9]\d*,"total":280000/);
    expect(told).toContain('"status":"running","attempt":1');
    const shown = await (await fetch(at(`/${id}`))).json();
    expect(shown).toMatchObject({ status: "running", progress: { done: expect.any(Number), total: 280_000 } });
    const end = eventsUntil(id, /event: end\n.*\n.*\n/);
    const job = fetch(`${server.url}/api/v1/jobs`, post(JOB));
    expect((await fetch(at(`/${id}`), { method: "DELETE" })).status).toBe(202);
    expect(await end).toContain(`data: {"walk_forward_id":"${id}","status":"cancelled"}`);
    expect((await job).status).toBe(200);
    expect((await fetch(at(`/${id}/equity`))).status).toBe(409);
  });

  test("whose child is killed is run again, and leaves what one that was let alone does", async () => {
    const body = { ...LONG, start: "2018-01-01", params: { fast: { from: 1, to: 40 }, slow: { from: 81, to: 110 } } };
    const key = { "idempotency-key": "walk" };
    const id = (await shownBy(await submit(body, { ...key, prefer: "respond-async" }))).walk_forward_id;
    await eventsUntil(id, /event: progress\n/);
    for (const child of childrenOf(server.pid)) process.kill(Number(child.split(":")[0]), "SIGKILL");
    expect(await eventsUntil(id, /event: end\n.*\n.*\n/)).toContain('"status":"completed","attempt":2');
    const again = await submit(body, key);
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
    expect(await shownBy(again)).toMatchObject({ walk_forward_id: id, result_hash: (await answeredHere(body)).result_hash });
    const { items } = await shownBy(await fetch(at("?status=completed")));
    expect(items[0]?.walk_forward_id).toBe(id);
  });
});
