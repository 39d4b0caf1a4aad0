import { readFileSync } from "node:fs";
import type { Engine, Execution } from "../core/engine/contract.ts";
import { PLAIN_EXECUTION } from "../core/engine/plain-execution.ts";
import { strategies } from "../core/strategies/registry.ts";
import { signalsOf } from "../core/strategies/signals.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { loadEngineWasm } from "../engine-wasm/load.ts";
import { tiledSample } from "./kernels/data.ts";
import { median } from "./receipt.ts";

// Bundled and run under several runtimes: `<runtime> child.mjs <path of engine.wasm>`. Prints one line of JSON.

const bars = await tiledSample("SAMPLE-VOL", 1_000_000);
const execution: Execution = { ...PLAIN_EXECUTION, initialCash: 1e9 };

function time(engine: Engine) {
  using simulator = engine.prepare(bars);
  const run = () => {
    const wanted = strategies.ma_crossover.wanted(bars, { fast: 10, slow: 30, average: "sma" }, 0);
    return simulator.evaluate(signalsOf(wanted, "long"), execution, {
      riskFreePerPeriod: 0,
      marPerPeriod: 0,
      periodsPerYear: 252,
    });
  };
  const taken: number[] = [];
  let outcome = run();
  for (let round = 0; round < 40; round++) {
    const start = performance.now();
    outcome = run();
    if (round >= 25) taken.push(performance.now() - start);
  }
  return { ms: median(taken), outcome: JSON.stringify(outcome) };
}

const [ts, wasm] = [time(engineTs), time(await loadEngineWasm(new Uint8Array(readFileSync(process.argv[2] ?? ""))))];
if (ts.outcome !== wasm.outcome) throw new Error("the engines disagree");
const version = process.versions.bun ?? process.versions.node;
process.stdout.write(JSON.stringify({ version, ts: ts.ms, wasm: wasm.ms, hash: ts.outcome }));
