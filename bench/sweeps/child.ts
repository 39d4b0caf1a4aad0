import type { SweepTask } from "../../core/sweep/sweeper.ts";
import type { Trials } from "../../core/sweep/trials.ts";
import { median } from "../receipt.ts";
import { agreementOf } from "./agreement.ts";
import { type KernelSpan, type OpenSweeper, openSweeper } from "./open.ts";
import { type Agreement, type Pace, type Request, type Row, type SweepSpec, type Timing, WAYS } from "./spec.ts";
import { taskOf } from "./task.ts";

// One row of a table in a process of its own: `bun bench/sweeps/child.ts <Request as JSON>`. Prints one line of JSON.

const request: Request = JSON.parse(process.argv[2] ?? "");
if (request.act === "time") console.log(JSON.stringify(await time(request.spec, request.row, request.pace)));
else if (request.act === "compare") console.log(JSON.stringify(await compare(request.spec, request.rows, request.check)));
else {
  const { open, task } = await prepare(request.spec, request.row);
  for (const start = performance.now(); performance.now() - start < request.ms; ) await sweep(open, task);
  open.sweeper[Symbol.dispose]();
}

async function prepare(spec: SweepSpec, { way, every }: Row) {
  return { open: await openSweeper(way), task: { ...taskOf(spec, every), kernel: way.kernel } };
}

async function sweep({ sweeper }: OpenSweeper, task: SweepTask): Promise<Trials> {
  const trials = await sweeper.sweep(task);
  if (trials === undefined) throw new Error("nobody aborted the sweep");
  return trials;
}

async function time(spec: SweepSpec, row: Row, pace: Pace): Promise<Timing> {
  const { open, task } = await prepare(spec, row);
  const once = async () => {
    const start = performance.now();
    const trials = await sweep(open, task);
    return { ms: performance.now() - start, span: open.kernelSpan(), trials };
  };
  const cold = await once();
  const warmFrom = performance.now();
  do await once();
  while (performance.now() - warmFrom < pace.warmMs);
  const taken: number[] = [];
  const spans: KernelSpan[] = [];
  for (const start = performance.now(); taken.length < pace.leastRuns || performance.now() - start < pace.measureMs; ) {
    const { ms, span } = await once();
    taken.push(ms);
    if (span !== null) spans.push(span);
  }
  open.sweeper[Symbol.dispose]();
  const sorted = taken.toSorted((a, b) => a - b);
  const { trades, recomputed } = cold.trials;
  return {
    trials: trades.length,
    recomputed,
    tradesPerTrial: trades.reduce((sum, count) => sum + count, 0) / trades.length,
    coldMs: cold.ms,
    runs: taken.length,
    p50Ms: median(taken),
    p99Ms: sorted[Math.ceil(0.99 * sorted.length) - 1]!,
    minMs: sorted[0]!,
    kernelMs: spans.length === 0 ? null : median(spans.map(({ ms }) => ms)),
    operationMs: operationMedians(spans),
    sharedBytes: cold.span?.bytes ?? null,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function operationMedians(spans: readonly KernelSpan[]): Record<string, number> {
  const names = new Set(spans.flatMap(({ operations }) => Object.keys(operations)));
  return Object.fromEntries([...names].map((name) => [name, median(spans.map(({ operations }) => operations[name] ?? 0))]));
}

/** For each row how its trials agree with single runs on engine-ts. */
async function compare(spec: SweepSpec, rows: readonly Row[], check: number): Promise<Agreement[]> {
  const reference = await prepare(spec, { way: WAYS.singleTs, every: check });
  const single = await sweep(reference.open, reference.task);
  const found: Agreement[] = [];
  for (const row of rows) {
    const { open, task } = await prepare(spec, row);
    found.push(agreementOf(reference.task.grid, single, await sweep(open, task), check / row.every));
    open.sweeper[Symbol.dispose]();
  }
  return found;
}
