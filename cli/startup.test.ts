import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const transpiler = new Bun.Transpiler({ loader: "ts" });

/** Everything that is loaded with a module before any of it runs: files of the project by their path, packages by their name. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const code = readFileSync(join(ROOT, file), "utf8").replace(/^#!.*/, "");
  for (const { path, kind } of transpiler.scanImports(code)) {
    if (kind !== "import-statement") continue;
    if (path.startsWith(".")) loadedWith(join(dirname(file), path), seen);
    else seen.add(path);
  }
  return seen;
}

/** What only some commands or some sources need. */
const HEAVY =
  /^(hono|@resvg|dejavu|bun:sqlite|bullmq|postgres|prom-client|yahoo-finance2|hyparquet|api\/(app|serve|service|runner|routes|store)\b|data\/(yahoo|cache))/;

test("the program starts with nothing but its list of commands", () => {
  const loaded = [...loadedWith("cli/main.ts")];
  expect(loaded).toContain("commander");
  expect(loaded.filter((name) => HEAVY.test(name) || name === "zod")).toEqual([]);
});

test.each(["run", "sweep", "strategies"])(
  "%s loads no store, no server, nothing that draws and no client of Yahoo before they are needed",
  (command) => {
    const loaded = [...loadedWith(`cli/${command}.ts`)];
    expect(loaded).toContain("core/strategies/registry.ts");
    expect(loaded.filter((name) => HEAVY.test(name))).toEqual([]);
  },
);

test("such loading is seen where it happens", () => {
  expect([...loadedWith("api/service.ts")].filter((name) => HEAVY.test(name))).toContain("hono");
});
