import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { jobIds, LOCAL_USER } from "../api/ids.ts";
import { openStores } from "../api/wiring.ts";
import type { Job, JobBars, JobId } from "../core/jobs/job.ts";
import { readCsv } from "../data/csv.ts";
import { encodeRawBars, hashOf } from "../data/raw-bars-codec.ts";
import { backgrid, FOUR_BARS, fileOf, freshPath } from "./test-session.ts";

const NO_JOB = "01938f2e-6c00-7a4b-8c1d-3f5e7a9b2c4d";
const dataDir = freshPath("data");
const newId = jobIds(() => Date.UTC(2026, 0, 2));
const ids = { good: newId(), changed: newId(), queued: newId(), failed: newId(), sample: newId(), fetched: newId() };

type Stores = Extract<Awaited<ReturnType<typeof openStores>>, { ok: true }>["value"];

const rows = await readCsv(new TextEncoder().encode(FOUR_BARS), true);
if (!rows.ok) throw new Error(rows.error.detail);
const bytes = encodeRawBars(rows.value);
const stored = { hash: hashOf(bytes), bytes };

/** The hash of a run of the same bars from a file, as the command line tells it. */
async function hashOfRun(...args: readonly string[]): Promise<string> {
  const { out } = await backgrid(["run", "--strategy", "buy_and_hold", "--json", ...args]);
  return JSON.parse(out).result_hash;
}

async function accepted({ jobs }: Stores, id: JobId, bars: JobBars, symbol = "ACME"): Promise<Job> {
  const request = JSON.stringify({ symbol, source: bars.source, strategy: "buy_and_hold" });
  const kind = "backtest" as const;
  const job = { id, kind, createdAtMs: Date.UTC(2026, 0, 2), symbol, strategy: "buy_and_hold", request, bars };
  await jobs.accept(LOCAL_USER, job, null, bars.hash === null ? null : stored);
  if (id === ids.queued) return { ...job, state: { status: "queued", attempt: 0, tries: 0, readyAtMs: 0 } };
  const taken = await jobs.take(LOCAL_USER, id, "1:1", 60_000);
  if (taken === undefined) throw new Error("the job was not there to be taken");
  return taken;
}

async function finished({ jobs }: Stores, { id, bars, state }: Job, resultHash: string): Promise<void> {
  const headline = { sharpe: null, totalReturn: null, maxDrawdown: null };
  const curve = { initialCash: 1, daily: true, timeMs: Float64Array.of(0), equity: Float64Array.of(1) };
  const output = { kind: "backtest" as const, headline, resultHash, barsHash: bars.hash, head: "{}", trades: "[]", curve };
  expect(await jobs.finish(LOCAL_USER, id, state.attempt, output)).toBe(true);
}

beforeAll(async () => {
  const [ofFile, ofSample] = [await hashOfRun("--file", fileOf(FOUR_BARS)), await hashOfRun("--source", "sample")];
  const opened = await openStores({ dataDir, sqliteSynchronous: "normal" }, () => Date.UTC(2026, 0, 2));
  if (!opened.ok) throw new Error(opened.error.detail);
  const stores = opened.value;
  const inline = { source: "inline", hash: stored.hash } as const;
  await finished(stores, await accepted(stores, ids.good, inline), ofFile);
  await finished(stores, await accepted(stores, ids.changed, inline), `sha256:${"0".repeat(64)}`);
  await finished(stores, await accepted(stores, ids.sample, { source: "sample", hash: null }, "SAMPLE-TREND"), ofSample);
  await finished(stores, await accepted(stores, ids.fetched, { source: "yahoo", hash: null }), ofFile);
  await accepted(stores, ids.queued, inline);
  const { state } = await accepted(stores, ids.failed, inline);
  const problem = { code: "no_data", detail: "none", findings: [] } as const;
  await stores.jobs.giveUp(LOCAL_USER, ids.failed, state.attempt, problem, false);
  await stores.close();
});

const verify = (...args: readonly string[]) => backgrid(["verify", ...args, "--data-dir", dataDir]);

describe("verify", () => {
  test.each(["ts", "wasm"])("ends with 0 where the result is the same, on the engine %s too", async (engine) => {
    const { exitCode, out, errors } = await verify(ids.good, "--engine", engine, "--json");
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    const { expected, actual, ...rest } = JSON.parse(out);
    expect(actual).toBe(expected);
    expect(rest).toEqual({ match: true, engine: { name: engine, version: expect.any(String), fallback_reason: null } });
  });

  test("tells people what was compared", async () => {
    const { exitCode, out } = await verify(ids.good, "--engine", "ts");
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      new RegExp(`^same result {2}job ${ids.good} on its stored bars\nresult sha256:[0-9a-f]{64}\nengine ts [\\d.]+\n$`),
    );
  });

  test("needs no stored bars where they are bundled", async () => {
    expect(JSON.parse((await verify(ids.sample, "--json")).out).match).toBe(true);
  });

  test("ends with 1 and shows both hashes where the result is another", async () => {
    const { exitCode, out, errors } = await verify(ids.changed);
    expect({ exitCode, errors }).toEqual({ exitCode: 1, errors: "" });
    expect(out).toStartWith(`NOT THE SAME RESULT\njob ${ids.changed} on its stored bars\nstored sha256:0000`);
    expect(JSON.parse((await verify(ids.changed, "--json")).out)).toMatchObject({
      match: false,
      expected: `sha256:${"0".repeat(64)}`,
    });
  });

  test.each<readonly [string, string, number, readonly string[]]>([
    ["an id that is none", "x", 2, ["the job id must look like 01938f2e-", '"x"']],
    ["an unknown id", NO_JOB, 3, [`there is no job ${NO_JOB}`, JSON.stringify(dataDir)]],
    ["a job that waits", ids.queued, 1, ["no result yet", "queued"]],
    ["a job that failed", ids.failed, 1, ["no result", "failed"]],
    ["a job whose bars were not kept", ids.fetched, 1, ["the bars of this job are not stored"]],
  ])("refuses %s", async (_what, id, exitCode, words) => {
    const told = await verify(id);
    expect({ exitCode: told.exitCode, out: told.out }).toEqual({ exitCode, out: "" });
    for (const word of words) expect(told.errors).toContain(word);
  });

  test("a folder without jobs has none, and stays as it is", async () => {
    const empty = freshPath("empty");
    const { exitCode, errors } = await backgrid(["verify", NO_JOB, "--data-dir", empty]);
    expect(exitCode).toBe(3);
    expect(errors).toContain(`nothing is stored in ${JSON.stringify(empty)}`);
    expect(existsSync(empty)).toBe(false);
  });
});
