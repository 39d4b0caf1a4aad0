import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { uniforms } from "../core/random.ts";
import { median, ms, writeReceipt } from "./receipt.ts";

const CLI = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const ROUNDS = 21;

/** From process start to the printed result, whole processes timed from outside. */
export function benchStartup(): void {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-bench-"));
  try {
    const small = writeBars(folder, 2520);
    const large = writeBars(folder, 20_000);
    const run = (file: string, ...more: readonly string[]) => [
      CLI,
      "run",
      "--file",
      file,
      "--symbol",
      "TEST",
      "--strategy",
      "ma_crossover",
      ...more,
    ];
    const commands: Readonly<Record<string, readonly string[]>> = {
      "bun, nothing to do": ["-e", "0"],
      "backgrid --version": [CLI, "--version"],
      "backgrid run, 2,520 bars": run(small),
      "backgrid run, 20,000 bars": run(large),
      "backgrid run, 20,000 bars, --engine ts": run(large, "--engine", "ts"),
      "backgrid run, 20,000 bars, --json": run(large, "--json"),
    };
    const taken = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, args] of Object.entries(commands)) {
        const start = performance.now();
        const { exitCode, stderr } = Bun.spawnSync([process.execPath, ...args]);
        const spent = performance.now() - start;
        if (exitCode !== 0) throw new Error(`${name} failed: ${stderr.toString()}`);
        if (round > 0) taken.get(name)?.push(spent);
      }
    }
    const results = [...taken].map(([name, times]) => ({
      name,
      median_ms: median(times),
      min_ms: Math.min(...times),
      max_ms: Math.max(...times),
    }));
    writeReceipt("DL-006", "startup", "bun run bench startup", results, {
      title: "From process start to the printed result",
      notes: [
        `Whole processes, ${ROUNDS - 1} rounds with the commands in turn after one that warms the file cache; CSV with six columns, daily bars.`,
      ],
      columns: ["command", "median ms", "least", "most"],
      rows: results.map((row) => [row.name, ms(row.median_ms), ms(row.min_ms), ms(row.max_ms)]),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeBars(folder: string, n: number): string {
  const next = uniforms(n);
  const lines = ["Date,Open,High,Low,Close,Volume"];
  let price = 100;
  for (let day = 0; day < n; day++) {
    const open = price;
    price = Math.max(open * (1 + (next() - 0.4985) * 0.04), 1);
    const [high, low] = [Math.max(open, price) * 1.004, Math.min(open, price) * 0.996];
    const date = new Date(Date.UTC(1950, 0, 1 + day)).toISOString().slice(0, 10);
    lines.push([date, ...[open, high, low, price].map((value) => value.toFixed(4)), Math.floor(next() * 1e6)].join(","));
  }
  const file = join(folder, `bars-${n}.csv`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}
