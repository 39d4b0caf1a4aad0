import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Effort, report, whole } from "./report.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDERS = ["core", "engine-ts", "engine-wasm", "data", "api", "cli", "bench", "migrations"];
const TEST = /(\.test\.ts|conformance\.ts|-behaviour\.ts|\/test-[a-z-]+\.ts)$/;
const DECLARED = /^\s*(?:test|it)(?:\.\w+)*\(/gm;

interface Size {
  readonly files: number;
  readonly lines: number;
  readonly testFiles: number;
  readonly testLines: number;
  readonly tests: number;
}

/** How large the project is: lines that are not blank, and tests as they are declared. */
export function benchSize(effort: Effort): void {
  const results = FOLDERS.map((folder) => ({ folder, ...sizeOf(folder) }));
  const total = { folder: "all", ...sumOf(results) };
  report(effort, "DL-013", "size", "size", [...results, total], {
    title: "Lines of code and tests",
    notes: [
      "TypeScript, AssemblyScript and SQL, without blank lines. A test is counted where it is declared, once: those in suites that several implementations share, and those over tables, run several times.",
    ],
    columns: ["folder", "files", "lines", "test files", "test lines", "tests declared"],
    rows: [...results, total].map(({ folder, files, lines, testFiles, testLines, tests }) => [
      folder,
      ...[files, lines, testFiles, testLines, tests].map(whole),
    ]),
  });
}

function sizeOf(folder: string): Size {
  const paths = [...new Bun.Glob(`${folder}/**/*.{ts,sql}`).scanSync(ROOT)];
  const sizes = paths.map((path) => {
    const text = readFileSync(`${ROOT}${path}`, "utf8");
    const lines = text.split("\n").filter((line) => line.trim() !== "").length;
    const tests = text.match(DECLARED)?.length ?? 0;
    return TEST.test(path)
      ? { files: 0, lines: 0, testFiles: 1, testLines: lines, tests }
      : { files: 1, lines, testFiles: 0, testLines: 0, tests: 0 };
  });
  return sumOf(sizes);
}

function sumOf(sizes: readonly Size[]): Size {
  const sum = (key: keyof Size) => sizes.reduce((total, size) => total + size[key], 0);
  return {
    files: sum("files"),
    lines: sum("lines"),
    testFiles: sum("testFiles"),
    testLines: sum("testLines"),
    tests: sum("tests"),
  };
}
