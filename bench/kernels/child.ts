import { createHash } from "node:crypto";
import { do_not_optimize, measure } from "mitata";
import type { Engine } from "../../core/engine/contract.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import { cases } from "./cases.ts";

// One case on one engine in a process of its own: `bun bench/kernels/child.ts <ts|wasm> <case index> [outcome]`. Prints one line of JSON.

const [name, index, mode] = process.argv.slice(2);
const engine: Engine = name === "wasm" ? await loadEngineWasm() : engineTs;
const benchCase = cases[Number(index)];
const prepared = await benchCase?.prepare(engine);
if (!prepared) console.log("null");
else if (mode === "outcome") console.log(JSON.stringify(fingerprint(prepared.outcome())));
else {
  const before = performance.now();
  do_not_optimize(prepared.run());
  const coldMs = performance.now() - before;
  for (const start = performance.now(); performance.now() - start < 1500; ) do_not_optimize(prepared.run());
  const inner_gc = benchCase?.collected ?? false;
  const stats = await measure(() => do_not_optimize(prepared.run()), { min_samples: 15, inner_gc });
  const [p50Ms, p99Ms, minMs] = [stats.p50, stats.p99, stats.min].map((ns) => ns / 1e6);
  console.log(
    JSON.stringify({ coldMs, p50Ms, p99Ms, minMs, samples: stats.samples.length, rssMiB: process.memoryUsage.rss() / 2 ** 20 }),
  );
}

/** A digest over every number of an outcome, in the order of its fields. */
function fingerprint(outcome: unknown): string {
  const hash = createHash("sha256");
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) visit(part);
    else hash.update(`${String(value)};`);
  };
  visit(outcome);
  return hash.digest("hex");
}
