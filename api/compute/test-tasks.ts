import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { someBars } from "../../core/indicators/generated-bars.ts";
import type { BarReader, PartReader, StoredBars } from "../../core/jobs/store.ts";
import { ok } from "../../core/result.ts";
import { rememberingJudge } from "../../core/run/judged-series.ts";
import { encodeRawBars, hashOf } from "../../data/raw-bars-codec.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { openSqlite } from "../store/sqlite.ts";
import { BarCache } from "./bar-cache.ts";
import { type ChildPool, createPool, type PoolSettings } from "./pool.ts";
import type { SweepParts } from "./sweep-ports.ts";
import { rememberingParser } from "./sweep-requests.ts";
import type { BacktestTask, SweepTask, SweptOutput, TaskBars, TaskResult, WalkForwardTask } from "./task.ts";

export const NOW_MS = Date.UTC(2025, 0, 2, 3, 4, 5);

/** For sweeps that were not split. */
export const NO_PARTS: PartReader = { partOutput: async () => undefined };

/** A task of a test; `bars` are those of the sample that rises, unless given. */
export function taskFor(fields: object, bars: TaskBars = { kind: "sample", symbol: "SAMPLE-TREND" }): BacktestTask {
  const request = JSON.stringify({ strategy: "ma_crossover", start: "2015-01-01", ...fields });
  return { kind: "backtest", jobId: "job", createdAtMs: NOW_MS - 1000, nowMs: NOW_MS, request, bars, curveText: true };
}

/** A sweep of a test over the same bars. */
export function sweepFor(fields: object, bars: TaskBars = { kind: "sample", symbol: "SAMPLE-TREND" }): SweepTask {
  const body = { symbol: "SAMPLE-TREND", source: "sample", strategy: "ma_crossover", start: "2020-01-01", ...fields };
  return {
    ...{ kind: "sweep", sweepId: "sweep", createdAtMs: NOW_MS - 1000, nowMs: NOW_MS },
    ...{ request: JSON.stringify(body), bars },
  };
}

/** What a sweep that must succeed, in one piece, leaves. */
export function sweptBy(result: TaskResult<"sweep">): SweptOutput {
  if (!result.ok) throw new Error(result.error.detail);
  if ("blocks" in result.value) throw new Error("the sweep was split");
  return result.value;
}

/** A walk-forward of a test over the same bars. */
export function walkForwardFor(fields: object, bars: TaskBars = { kind: "sample", symbol: "SAMPLE-TREND" }): WalkForwardTask {
  const { kind: _kind, sweepId: _id, ...task } = sweepFor({ in_sample_bars: 500, out_of_sample_bars: 250, ...fields }, bars);
  return { kind: "walk_forward", walkForwardId: "walk", ...task };
}

/** 300 generated daily bars as they are stored. */
export function someStoredBars(seed = 1): StoredBars & { readonly task: TaskBars } {
  const raw = {
    ...someBars(seed, 300),
    interval: null,
    offsetMinutes: null,
    oddCells: [],
    rows: { word: "row", first: 1 },
    notes: [],
  };
  const bytes = encodeRawBars(raw);
  const hash = hashOf(bytes);
  const origin = { source: "dataset", symbol: "WALK", adjusted: true, synthetic: false, note: null };
  return { hash, bytes, task: { kind: "stored", hash, origin } };
}

/** A folder of its own with a store in it; dispose of it to remove both. */
export function temporaryStore() {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-compute-"));
  const path = join(folder, "backgrid.db");
  const opened = openSqlite({ path, synchronous: "normal", clock: () => NOW_MS });
  if (!opened.ok) throw new Error(opened.error.detail);
  const { bars, close } = opened.value;
  return {
    folder,
    path,
    bars,
    async [Symbol.asyncDispose]() {
      await close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** What sweeps of a test run with: the plain engine, and bars from here. */
export function sweepPartsOf(vault: BarReader, changes: Partial<SweepParts> = {}): SweepParts {
  return {
    ...{ vault, cache: new BarCache(2 ** 24), judge: rememberingJudge(), parse: rememberingParser() },
    partReader: NO_PARTS,
    sweeper: async () => ok({ engine: engineTs, sweeper: plainSweeper(engineTs), fallbackReason: "told so" }),
    ...{ mostBarTrials: undefined, mostBytes: undefined },
    ...changes,
  };
}

/** A pool on the plain engine that reads from a store of a test. */
export function plainPool(
  path: string,
  changes: Partial<Pick<PoolSettings, "size" | "spare">> = {},
  sweepBarTrials = 1e9,
): ChildPool {
  const database = { kind: "sqlite", path } as const;
  const child = { database, engine: "ts", faults: true, threads: 1, sweepBarTrials } as const;
  return createPool({ size: 1, jobTimeoutMs: 30_000, jobMemoryMb: 1024, child, ...changes });
}
