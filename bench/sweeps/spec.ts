import type { Execution } from "../../core/engine/contract.ts";
import type { StrategyName } from "../../core/strategies/registry.ts";
import type { Direction } from "../../core/strategies/signals.ts";
import type { Axis } from "../../core/sweep/grid.ts";
import type { SweepKernel } from "../../core/sweep/trials.ts";

/** A sweep to time: bars drawn from a seed, a grid of all combinations that keep the strategy's rules, 10 bps commission and 5 bps slippage. */
export interface SweepSpec {
  readonly bars: number;
  /** Deviation of a bar's return. */
  readonly deviation: number;
  readonly strategy: StrategyName;
  readonly axes: readonly Axis[];
  readonly direction?: Direction;
  readonly execution?: Partial<Execution>;
}

/** What runs the trials; `engine` runs those that a kernel leaves to single runs, and all of the kernel "plain". */
export interface Way {
  readonly name: string;
  readonly kernel: SweepKernel;
  readonly engine: "ts" | "wasm";
  readonly threads: number;
}

export const WAYS = {
  singleTs: { name: "single runs, engine-ts", kernel: "plain", engine: "ts", threads: 1 },
  singleWasm: { name: "single runs, engine-wasm", kernel: "plain", engine: "wasm", threads: 1 },
  dense: { name: "dense", kernel: "dense", engine: "wasm", threads: 1 },
  sparse: { name: "sparse", kernel: "sparse", engine: "wasm", threads: 1 },
  sorted: { name: "sorted", kernel: "sorted", engine: "wasm", threads: 1 },
  sortedTwo: { name: "sorted, two threads", kernel: "sorted", engine: "wasm", threads: 2 },
} as const satisfies Readonly<Record<string, Way>>;

/** A way to run every `every`-th trial of a grid, from the first on. */
export interface Row {
  readonly way: Way;
  readonly every: number;
}

/** How long a process warms up after its cold first call, and then measures. */
export interface Pace {
  readonly warmMs: number;
  readonly measureMs: number;
  readonly leastRuns: number;
}

/** What child.ts is asked for, as JSON. `check`: trials that are compared, a multiple of every row's `every`. */
export type Request =
  | { readonly act: "time"; readonly spec: SweepSpec; readonly row: Row; readonly pace: Pace }
  | { readonly act: "compare"; readonly spec: SweepSpec; readonly rows: readonly Row[]; readonly check: number }
  | { readonly act: "profile"; readonly spec: SweepSpec; readonly row: Row; readonly ms: number };

/** Times of one process in ms; bytes. */
export interface Timing {
  readonly trials: number;
  readonly recomputed: number;
  readonly tradesPerTrial: number;
  readonly coldMs: number;
  readonly runs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly minMs: number;
  /** From the last bar laid into shared memory to the last piece done, tables over prices included; null for single runs. */
  readonly kernelMs: number | null;
  /** Of that, by operation of the kernels. */
  readonly operationMs: Readonly<Record<string, number>>;
  readonly sharedBytes: number | null;
  readonly peakBytes: number;
}

/** Trials compared with their single runs on engine-ts, and the largest relative difference of a figure. */
export interface Agreement {
  readonly trials: number;
  readonly largest: number;
}

/** from, from + step, … up to and with `to`. */
export function range(from: number, to: number, step = 1): number[] {
  return Array.from({ length: Math.floor((to - from) / step + 1e-9) + 1 }, (_, k) => Number((from + k * step).toPrecision(12)));
}

/** All pairs fast < slow of these windows as simple averages. */
export function smaPairs(windows: readonly number[]): Pick<SweepSpec, "strategy" | "axes"> {
  return {
    strategy: "ma_crossover",
    axes: [
      { name: "fast", values: windows },
      { name: "slow", values: windows },
      { name: "average", values: ["sma"] },
    ],
  };
}
