import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FILES = [...new Bun.Glob("**/*.ts").scanSync({ cwd: ROOT })]
  .filter((file) => !/(^|\/)(node_modules|coverage|\.git|dist)\//.test(file))
  .sort();

/** Test files and the suites that they call may import anything. */
const isTest = (file: string) => /(\.test|(^|\/)conformance|behaviour)\.ts$/.test(file);

/** What tests share may set up the environment of what they start and run things on the plain engine, and nothing else that other files may not. */
const isTestHelper = (file: string) => /(^|\/)test-[a-z-]+\.ts$/.test(file);

/** The command line's ways into the service: its settings and wiring, starting it, and what it shares with the routes. */
const API_OF_CLI = [
  ...["api/config.ts", "api/wiring.ts", "api/http-errors.ts", "api/ids.ts"],
  ...["api/serve.ts", "api/log.ts"],
  ...["api/doctor/check.ts", "api/doctor/doctor.ts"],
  ...["api/compute/import-file.ts", "api/shown-dataset.ts"],
  ...["api/rerun.ts", "api/compute/run-task.ts", "api/compute/bar-cache.ts"],
];

/** What the files of a folder may import from the project; a name that ends in "/" is a folder. */
const MAY_IMPORT: readonly (readonly [folder: string, targets: readonly string[]])[] = [
  ["engine-wasm/assembly/", ["engine-wasm/assembly/", "core/engine/abi"]],
  ["core/", ["core/"]],
  ["engine-ts/", ["engine-ts/", "core/"]],
  ["engine-wasm/", ["engine-wasm/", "core/"]],
  ["data/", ["data/", "core/"]],
  ["api/", ["api/", "core/", "engine-ts/", "engine-wasm/", "data/"]],
  ["cli/", ["cli/", ...API_OF_CLI, "core/", "engine-ts/", "engine-wasm/", "data/"]],
  ["web/", ["web/", "core/", "engine-wasm/"]],
  ["bench/", [""]],
];

/** The packages and built-in modules of the folders that may not import whatever they like. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  "core/": ["zod"],
  "engine-ts/": [],
  "engine-wasm/assembly/": [],
};

/** Import and export statements, type imports, `import()` of types and values, and `require`. */
const IMPORTS = [
  /(?:^|[;}\n])\s*(?:import|export)\b[^;"'`]*?\bfrom\s*(["'])([^"'\n]+)\1/g,
  /(?:^|[;}\n])\s*import\s*(["'])([^"'\n]+)\1/g,
  /\b(?:import|require|require\.resolve)\s*\(\s*(["'])([^"'\n]+)\1/g,
];
/** An import whose name is computed: nobody can tell where it leads. */
const COMPUTED = /\b(?:import|require)\s*\(\s*[`\w$]/;

function withoutComments(code: string): string {
  return code.replace(/^\s*\/\*[\s\S]*?\*\//gm, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

function importsOf(code: string): string[] {
  const bare = withoutComments(code);
  return IMPORTS.flatMap((pattern) => [...bare.matchAll(pattern)].map((match) => match[2]!));
}

/** Why a file may not import what it imports: one sentence for each forbidden arrow. */
function forbidden(file: string, code: string): string[] {
  if (isTest(file)) return [];
  const rule = MAY_IMPORT.find(([folder]) => file.startsWith(folder));
  if (rule === undefined) return [`${file} lies in a folder without a rule`];
  const [folder, own] = rule;
  const targets = isTestHelper(file) ? [...own, "engine-ts/"] : own;
  const found: string[] = [];
  if (folder !== "bench/" && COMPUTED.test(withoutComments(code))) found.push(`${file} imports a computed name`);
  for (const name of importsOf(code)) {
    if (name.startsWith(".")) {
      const target = posix.normalize(posix.join(posix.dirname(file), name));
      const test = folder !== "bench/" && isTest(target);
      if (test || !targets.some((allowed) => target === allowed || (/\/$|^$/.test(allowed) && target.startsWith(allowed))))
        found.push(`${file} imports ${target}`);
    } else if (MAY_USE[folder]?.includes(name) === false) found.push(`${file} imports ${name}`);
  }
  return found;
}

/** What is outside of a pure domain: the clock, chance and the environment. */
const OUTSIDE =
  /\bDate\s*\.\s*now\b|\bnew Date\(\s*\)|\bMath\s*\.\s*random\b|\bperformance\s*\.\s*now\b|\bcrypto\s*\.\s*(?:getRandomValues|randomUUID)\b/;
const ENVIRONMENT = /\bprocess\s*\.\s*env\b|\bprocess\s*\[|\bBun\s*\.\s*env\b|\bimport\s*\.\s*meta\s*\.\s*env\b/;

function reachesOutside(file: string, code: string): boolean {
  if (isTest(file)) return false;
  const bare = withoutComments(code);
  const mayRead = file === "api/config.ts" || file.startsWith("bench/") || isTestHelper(file);
  if (!mayRead && ENVIRONMENT.test(bare)) return true;
  return /^(core|engine-ts|engine-wasm)\//.test(file) && OUTSIDE.test(bare);
}

const read = (file: string) => readFileSync(`${ROOT}/${file}`, "utf8");

describe("the imports of the project", () => {
  test("follow the table of allowed arrows", () => {
    expect(FILES.flatMap((file) => forbidden(file, read(file)))).toEqual([]);
  });

  test("are all read: at least those that the transpiler finds, in every folder", () => {
    const transpiler = new Bun.Transpiler({ loader: "ts" });
    const files = FILES.filter((file) => !file.startsWith("engine-wasm/assembly/"));
    const missed = files.flatMap((file) => {
      const found = importsOf(read(file));
      const all = transpiler.scanImports(read(file).replace(/^#!.*/, "")).filter(({ kind }) => kind !== "internal");
      return all.filter(({ path }) => !found.includes(path)).map(({ path }) => `${file}: ${path}`);
    });
    expect(missed).toEqual([]);
    expect(new Set(files.map((file) => file.split("/")[0])).size).toBeGreaterThanOrEqual(5);
  });

  test.each([
    ["core/a.ts", 'import { x } from "../engine-ts/engine.ts";'],
    ["core/a.ts", 'import type { X } from "../data/sample.ts";'],
    ["core/a.ts", 'let x: import("../api/config.ts").Config;'],
    ["core/a.ts", 'export * from "../engine-wasm/load.ts";'],
    ["core/a.ts", 'import {\n  a,\n  b,\n} from "node:fs";'],
    ["core/a.ts", 'import "bun";'],
    ["core/a.ts", 'const x = await import("left-pad");'],
    ["core/a.ts", "const x = await import(name);"],
    ["core/a.ts", "const x = await import(`./errors.ts`);"],
    ["core/a.ts", 'import { PLAIN } from "./engine/conformance.ts";'],
    ["core/a.ts", 'import { test } from "bun:test";'],
    ["core/run/a.ts", 'import { x } from "../../cli/main.ts";'],
    ["engine-ts/a.ts", 'import { x } from "../engine-wasm/load.ts";'],
    ["engine-ts/a.ts", 'import { readFile } from "node:fs";'],
    ["engine-wasm/a.ts", 'import { x } from "../data/csv.ts";'],
    ["engine-wasm/assembly/a.ts", 'import { x } from "../../core/bars";'],
    ["data/a.ts", 'import { x } from "../api/config.ts";'],
    ["api/a.ts", 'import { x } from "../cli/main.ts";'],
    ["cli/a.ts", 'import { x } from "../api/app.ts";'],
    ["cli/a.ts", 'import { x } from "../api/service.ts";'],
    ["cli/a.ts", 'import { x } from "../api/store/sqlite.ts";'],
    ["web/a.ts", 'import { x } from "../api/json.ts";'],
    ["somewhere/a.ts", ""],
  ])("in %s this is caught: %s", (file, code) => {
    expect(forbidden(file, code)).toHaveLength(1);
  });

  test.each([
    ["core/a.ts", 'import { z } from "zod";\nimport type { Bars } from "./bars.ts";'],
    ["core/a.ts", '// import { x } from "../data/csv.ts";\n/** as import("../data/csv.ts") does */\n'],
    ["core/a.test.ts", 'import { x } from "../engine-ts/engine.ts";\nimport { test } from "bun:test";'],
    ["engine-wasm/load.ts", 'import { readFile } from "node:fs/promises";\nimport { VERSION } from "../core/version.ts";'],
    ["engine-wasm/assembly/a.ts", 'import { x } from "./book";\nexport { y } from "../../core/engine/abi";'],
    ["api/a.ts", 'import { engineTs } from "../engine-ts/engine.ts";\nimport { sources } from "../data/registry.ts";'],
    ["cli/a.ts", 'import { wireEngine } from "../api/wiring.ts";'],
    ["bench/a.ts", 'import { PLAIN } from "../core/engine/conformance.ts";'],
  ])("in %s this is allowed: %s", (file, code) => {
    expect(forbidden(file, code)).toEqual([]);
  });
});

describe("the world outside", () => {
  test("is not read by the core and the engines, and the environment by api/config.ts alone", () => {
    expect(FILES.filter((file) => reachesOutside(file, read(file)))).toEqual([]);
  });

  test.each([
    ["core/a.ts", "const t = Date.now();"],
    ["core/a.ts", "const t = new Date();"],
    ["engine-ts/a.ts", "const x = Math.random();"],
    ["engine-wasm/assembly/a.ts", "const x = Math.random();"],
    ["engine-wasm/load.ts", "const t = performance.now();"],
    ["cli/a.ts", 'const x = process.env.HOME ?? "";'],
    ["core/a.ts", "const { ENGINE } = Bun.env;"],
    ["core/test-a.ts", "const t = Date.now();"],
  ])("in %s this is caught: %s", (file, code) => {
    expect(reachesOutside(file, code)).toBe(true);
  });

  test.each([
    ["core/a.ts", "const text = new Date(timeMs).toISOString();"],
    ["core/a.ts", "// Date.now is for the edges\n"],
    ["core/a.test.ts", "const t = Date.now();"],
    ["cli/a.ts", "const t = performance.now();"],
    ["api/config.ts", "const env = process.env;"],
    ["cli/test-a.ts", "const env = process.env;"],
  ])("in %s this is allowed: %s", (file, code) => {
    expect(reachesOutside(file, code)).toBe(false);
  });
});
