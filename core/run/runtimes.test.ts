import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const from = (path: string) => JSON.stringify(project(path));
const NODE = Bun.which("node");

/** Prints the hashes of one engine's runs, one a line: 20 random ones with every kind of setting, and the sample's. */
const SCRIPT = `
import { pathToFileURL } from "node:url";
import { randomRun } from ${from("core/engine/random-run.ts")};
import { parseBacktest } from ${from("core/requests/backtest.ts")};
import { runBacktest } from ${from("core/run/backtest.ts")};
import { hashRun } from ${from("core/run/canonical.ts")};
import { sampleProvider } from ${from("data/sample.ts")};
import { engineTs } from ${from("engine-ts/engine.ts")};
import { loadEngineWasm } from ${from("engine-wasm/load.ts")};

const [name, wasm] = process.argv.slice(2);
const engine = name === "ts" ? engineTs : await loadEngineWasm(pathToFileURL(wasm));
for (let seed = 1; seed <= 20; seed++) {
  const { bars, signals, execution } = randomRun(seed, 400);
  using simulator = engine.prepare(bars);
  const { fills, equity } = simulator.simulate(signals, execution);
  const strategy = { name: "signals", params: {}, direction: "both", signals };
  console.log(await hashRun({ bars, warmupBars: 0, strategy, execution, fills, equity, givenSignals: signals }));
}
for (const fields of [
  { symbol: "SAMPLE-TREND", strategy: "ma_crossover", params: { average: "ema" }, commission: 0.001, start: "2000-01-01", warmup: "auto" },
  { symbol: "SAMPLE-VOL", strategy: "supertrend", direction: "both", trailing_stop: 0.07, slippage: 0.0005, fractional: false },
]) {
  const request = parseBacktest(fields);
  const run = await runBacktest(request.value, { provider: sampleProvider, engine, nowMs: Date.UTC(2025, 5, 1) });
  console.log(run.value.barsHash, run.value.resultHash, run.value.simulation.fills.bar.length);
}
`;

describe("a result hash", () => {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-hash-"));
  const bundle = join(folder, "hashes.js");
  const told = new Map<string, readonly string[]>();

  function hashes(runtime: string, engine: string): readonly string[] {
    const { exitCode, stdout, stderr } = Bun.spawnSync([runtime, bundle, engine, project("engine-wasm/build/engine.wasm")]);
    if (exitCode !== 0) throw new Error(`${runtime} ended with ${exitCode}: ${stderr.toString()}`);
    return stdout.toString().trim().split("\n");
  }

  beforeAll(async () => {
    const entry = join(folder, "hashes.ts");
    writeFileSync(entry, SCRIPT);
    const { outputs } = await Bun.build({ entrypoints: [entry], target: "node", format: "esm" });
    writeFileSync(bundle, (await outputs[0]?.text()) ?? "");
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    told.set("bun ts", hashes(process.execPath, "ts"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is one for each of the runs, and the runs trade", () => {
    const lines = told.get("bun ts") ?? [];
    expect(lines).toHaveLength(22);
    expect(new Set(lines).size).toBe(22);
    for (const line of lines) expect(line).toMatch(/^sha256:[0-9a-f]{64}/);
    for (const line of lines.slice(20)) expect(Number(line.split(" ")[2])).toBeGreaterThan(50);
  });

  test("is the same from both engines under Bun", () => {
    expect(hashes(process.execPath, "wasm")).toEqual(told.get("bun ts")!);
  });

  test.skipIf(NODE === null && process.env.CI === undefined)("is the same from both engines under Node", () => {
    if (NODE === null) throw new Error("there is no node on this machine");
    expect(Bun.spawnSync([NODE, "-p", "typeof Bun"]).stdout.toString()).toBe("undefined\n");
    expect(hashes(NODE, "ts")).toEqual(told.get("bun ts")!);
    expect(hashes(NODE, "wasm")).toEqual(told.get("bun ts")!);
  });
});
