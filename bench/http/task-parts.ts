import { BarCache } from "../../api/compute/bar-cache.ts";

import type { TaskParts } from "../../api/compute/run-task.ts";
import type { BacktestTask } from "../../api/compute/task.ts";
import type { BarReader, StoredBars } from "../../core/jobs/store.ts";
import { rememberingJudge } from "../../core/run/judged-series.ts";
import { encodeRawBars, hashOf } from "../../data/raw-bars-codec.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import { bodyOf, type More, rowsOf, type Upload } from "./jobs.ts";

/** What a child of the pool has for its tasks. */
export async function taskParts(vault: BarReader): Promise<TaskParts> {
  return {
    engine: await loadEngineWasm(),
    fallbackReason: null,
    vault,
    cache: new BarCache(32 * 2 ** 20),
    judge: rememberingJudge(),
  };
}

/** The rows of an upload as the vault holds them. */
export function storedBars(data: Upload): StoredBars {
  const bytes = encodeRawBars(rowsOf(data));
  return { hash: hashOf(bytes), bytes };
}

/** A task as the service gives it to a child. */
export function taskOf(data: Upload, hash: string, more: More, curveText: boolean): BacktestTask {
  return {
    kind: "backtest",
    jobId: "01a1fccb-1852-7969-a8cc-ac272cf90f68",
    createdAtMs: Date.now(),
    nowMs: Date.now(),
    request: JSON.stringify(bodyOf(data, more)),
    bars: {
      kind: "stored",
      hash,
      origin: { source: "dataset", symbol: data.symbol, adjusted: true, synthetic: false, note: null },
    },
    curveText,
  };
}
