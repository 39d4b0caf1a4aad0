import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(join(ROOT, "docs/extending.md"), "utf8");
const LEFT_OUT = new Set([".git", "node_modules", "coverage", "build", "profiles", "bunfig.toml"]);
const MINUTE_MS = 60_000;

/** The blocks of the page that name a file: a new one, or what changes in one. */
const blocks = [...PAGE.matchAll(/```(ts|diff) (\S+)\n([\s\S]*?)```/g)].map(([, kind = "", path = "", text = ""]) => ({
  kind,
  path,
  text,
}));

/** A text with the hunks of a change applied; each must fit in exactly one place. */
function changed(before: string, diff: string, path: string): string {
  let after = before;
  for (const hunk of diff.split("@@\n")) {
    const lines = hunk.split("\n").slice(0, -1);
    const side = (mark: string) => lines.filter((line) => line[0] !== mark).map((line) => `${line.slice(1)}\n`);
    const old = side("+").join("");
    if (after.split(old).length !== 2)
      throw new Error(`${path}: this stands there ${after.split(old).length - 1} times:\n${old}`);
    after = after.replace(old, () => side("-").join(""));
  }
  return after;
}

/** Runs a command of the copy; resolves to its exit code and what it wrote, without the tests that passed. */
async function run(folder: string, ...command: readonly string[]): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn([process.execPath, ...command], { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const [out, errors, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { exitCode, output: `${out}${errors}`.replace(/^\(pass\).*\n/gm, "") };
}

let copy = "";

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "backgrid-extending-"));
  cpSync(ROOT, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  for (const { kind, path, text } of blocks) {
    const file = join(copy, path);
    if (kind === "ts" && existsSync(file)) throw new Error(`${path} exists already`);
    writeFileSync(file, kind === "ts" ? text : changed(readFileSync(file, "utf8"), text, path));
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("docs/extending.md: its examples, put into a copy of the project", () => {
  test("cover every kind of thing that the page is about", () => {
    const created = blocks.filter(({ kind }) => kind === "ts").map(({ path }) => path.split("/").slice(0, 2).join("/"));
    expect(new Set(created)).toEqual(
      new Set([
        "core/strategies",
        "core/indicators",
        "core/metrics",
        "core/gate",
        "engine-ts/path-length.ts",
        "engine-wasm/assembly",
      ]),
    );
    expect(PAGE.match(/```(ts|diff) /g)?.length).toBe(blocks.length);
  });

  test(
    "have the types that they need",
    async () => {
      const { output } = await run(copy, "x", "--bun", "tsc", "--noEmit");
      const touched = blocks.map(({ path }) => path);
      expect(output.split("\n").filter((line) => touched.some((path) => line.startsWith(path)))).toEqual([]);
    },
    MINUTE_MS,
  );

  test(
    "are formatted as the project is",
    async () => {
      const files = blocks.map(({ path }) => path).filter((path) => path.endsWith(".ts") && !path.includes("/assembly/"));
      const { output, exitCode } = await run(copy, "x", "biome", "check", "--vcs-enabled=false", ...files);
      expect([exitCode, exitCode === 0 ? "" : output]).toEqual([0, ""]);
    },
    MINUTE_MS,
  );

  test(
    "pass their tests and those that learned about them",
    async () => {
      const built = await run(copy, "engine-wasm/build.ts");
      expect([built.exitCode, built.output]).toEqual([0, ""]);
      const own = blocks.map(({ path }) => path).filter((path) => path.endsWith(".test.ts"));
      const others = [
        "core/indicators/registry.test.ts",
        "core/gate/gate.test.ts",
        "docs/strategies.test.ts",
        "docs/indicators.test.ts",
      ];
      const suites = [...own, ...others, "engine-ts/engine.test.ts", "engine-wasm/engine.test.ts"].map((path) => `./${path}`);
      const { output, exitCode } = await run(copy, "test", ...new Set(suites));
      expect([exitCode, exitCode === 0 ? "" : output]).toEqual([0, ""]);
    },
    MINUTE_MS,
  );
});
