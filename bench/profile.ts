import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cases } from "./kernels/cases.ts";
import { profilePath } from "./receipt.ts";

const CHILD = fileURLToPath(new URL("./kernels/child.ts", import.meta.url));
const ROWS = 16;

/** CPU profiles of the cases whose names hold one of these, on engine-wasm: where the time goes, kernels by name. */
const PROFILED = [
  "simulate 10 M bars, record left",
  "stop 2 %, target 4 %, trailing 3 %, record left",
  "SMA 30/150",
  "Sharpe + max drawdown",
];

export function benchProfile(): void {
  const parts = PROFILED.map((words) => {
    const index = cases.findIndex(({ name }) => name.includes(words));
    const benchCase = cases[index];
    if (benchCase === undefined) throw new Error(`no case is called ${words}`);
    return `## ${benchCase.name}, ${benchCase.size.toLocaleString("en")}\n\n${profile(index).join("\n")}\n`;
  });
  const head = `# CPU profiles of engine-wasm\n\n\`bun run bench profile\`: \`bun --cpu-prof --cpu-prof-md\` on each case's process, self time; preparing the data is in it. Bun ${Bun.version}.\n`;
  writeFileSync(profilePath("DL-002", "cpu-profile.md"), [head, ...parts].join("\n"));
  process.stdout.write("profiles/DL-002/cpu-profile.md written\n");
}

/** The first rows of the self-time table. */
function profile(index: number): string[] {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-profile-"));
  try {
    const flags = ["--cpu-prof", "--cpu-prof-md", `--cpu-prof-dir=${folder}`];
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, ...flags, CHILD, "wasm", String(index)]);
    if (exitCode !== 0) throw new Error(stderr.toString());
    const file = readdirSync(folder).find((name) => name.endsWith(".md"));
    if (file === undefined) throw new Error("the profiler wrote nothing");
    const lines = readFileSync(join(folder, file), "utf8").split("\n");
    const start = lines.findIndex((line) => line.startsWith("| Self%"));
    return lines
      .slice(start, start + 2 + ROWS)
      .map((line) => line.replace(/`\/[^`]*\/(api|bench|cli|core|data|engine-wasm|engine-ts|node_modules)\//, "`$1/"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
