import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, ms, writeReceipt } from "./receipt.ts";

const ROUNDS = 5;

interface Timing {
  readonly version: string;
  readonly ts: number;
  readonly wasm: number;
  readonly hash: string;
}

/** The same bundle of both engines under Bun and under Node: one file, one process each, rounds in turn. */
export async function benchRuntime(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-runtime-"));
  try {
    const built = await Bun.build({
      entrypoints: [fileURLToPath(new URL("./runtime-child.ts", import.meta.url))],
      target: "node",
      format: "esm",
    });
    const bundle = join(folder, "child.mjs");
    writeFileSync(bundle, await built.outputs[0]!.text());
    const wasm = fileURLToPath(new URL("../engine-wasm/build/engine.wasm", import.meta.url));
    const runtimes = { Bun: process.execPath, Node: Bun.which("node") ?? "node" };
    const timings: Record<string, Timing[]> = { Bun: [], Node: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, program] of Object.entries(runtimes)) {
        const { stdout, stderr, exitCode } = Bun.spawnSync([program, bundle, wasm]);
        if (exitCode !== 0) throw new Error(`${name}: ${stderr.toString()}`);
        timings[name]?.push(JSON.parse(stdout.toString()));
      }
    }
    const hashes = new Set(Object.values(timings).flatMap((all) => all.map(({ hash }) => hash)));
    if (hashes.size !== 1) throw new Error("the runtimes disagree, nothing is reported");
    const results = Object.entries(timings).map(([name, all]) => ({
      runtime: `${name} ${all[0]?.version}`,
      ts_ms: median(all.map(({ ts }) => ts)),
      wasm_ms: median(all.map(({ wasm: time }) => time)),
    }));
    writeReceipt("DL-001", "runtime", "bun run bench runtime", results, {
      title: "The same bundle under Bun and under Node",
      notes: [
        `SMA 10/30 over a million bars to all statistics (signals, run, figures), warm median of 15, ${ROUNDS} processes each in turn; figures equal by hash.`,
        "This Node is an old release: the row says what is on the machine, not what V8 can do today.",
      ],
      columns: ["runtime", "engine-ts ms", "engine-wasm ms"],
      rows: results.map((row) => [row.runtime, ms(row.ts_ms), ms(row.wasm_ms)]),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
