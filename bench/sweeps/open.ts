import { readFile } from "node:fs/promises";
import type { Sweeper } from "../../core/sweep/sweeper.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import type { Binding } from "../../engine-wasm/sweep/kernels.ts";
import { WasmSweeper } from "../../engine-wasm/sweep/sweeper.ts";
import { SweepThreads } from "../../engine-wasm/sweep/threads.ts";
import type { Way } from "./spec.ts";

/** What the kernels of one sweep took: from the last bar laid to the last piece done. */
export interface KernelSpan {
  readonly ms: number;
  /** Of that, by operation of the kernels. */
  readonly operations: Readonly<Record<string, number>>;
  /** Size of the shared memory. */
  readonly bytes: number;
}

export interface OpenSweeper {
  readonly sweeper: Sweeper;
  /** Of the last sweep; null for single runs. */
  kernelSpan(): KernelSpan | null;
}

export async function openSweeper({ kernel, engine, threads }: Way): Promise<OpenSweeper> {
  const plain = plainSweeper(engine === "ts" ? engineTs : await loadEngineWasm());
  if (kernel === "plain") return { sweeper: plain, kernelSpan: () => null };
  const bytes = await readFile(new URL("../../engine-wasm/build/sweep.wasm", import.meta.url));
  const module = await WebAssembly.compile(bytes);
  const clock = () => performance.now();
  const pool = await SweepThreads.start(module, threads, clock);
  return { sweeper: new WasmSweeper(plain, module, clock, pool), kernelSpan: watched(pool) };
}

/** Notes when the threads are bound to a sweep, which is when its bars lie in shared memory, and when their last operation ends. */
function watched(pool: SweepThreads): () => KernelSpan {
  const together = pool.together.bind(pool);
  const run = pool.run.bind(pool);
  let ms = 0;
  let operations: Record<string, number> = {};
  let operationEnd = 0;
  pool.run = async (operation, ...given) => {
    const begin = performance.now();
    await run(operation, ...given);
    operationEnd = performance.now();
    operations[operation] = (operations[operation] ?? 0) + operationEnd - begin;
  };
  pool.together = async <T>(bindings: readonly Binding[], work: () => Promise<T>) => {
    const begin = performance.now();
    const result = await together(bindings, work);
    ms += operationEnd - begin;
    return result;
  };
  return () => {
    if (ms === 0) throw new Error("no operation of the last sweep was seen: it ran on other threads, or in another way");
    const span = { ms, operations, bytes: pool.bytes };
    [ms, operations] = [0, {}];
    return span;
  };
}
