import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setUp, setUpOrTell } from "./setup.ts";

/** One dependency, in a folder of the project: installing it needs no network. */
const PACKAGE = '{ "name": "tiny", "private": true, "dependencies": { "near": "file:./near" } }\n';
const LOCK = `{
  "lockfileVersion": 2,
  "configVersion": 1,
  "workspaces": { "": { "name": "tiny", "dependencies": { "near": "file:./near" } } },
  "packages": { "near": ["near@file:near", {}] }
}
`;
const WASM = "engine-wasm/build/engine.wasm";
const SWEEP = "engine-wasm/build/sweep.wasm";
const SOURCES = [
  "engine-wasm/assembly/index.ts",
  "engine-wasm/assembly/sweep/index.ts",
  "engine-wasm/build.ts",
  "core/engine/abi.ts",
];

/** A project as a clone has it. */
function project(lock = LOCK) {
  const root = mkdtempSync(join(tmpdir(), "backgrid-setup-"));
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put("package.json", PACKAGE);
  put("bun.lock", lock);
  put("near/package.json", '{ "name": "near", "version": "1.0.0" }\n');
  for (const path of SOURCES) put(path, "");
  const said: string[] = [];
  const run = () =>
    setUp(
      root,
      (line) => said.push(line),
      async () => {
        put(WASM, "built");
        put(SWEEP, "built");
      },
    );
  const age = (path: string, seconds: number) => utimesSync(join(root, path), seconds, seconds);
  return { root, put, said, run, age };
}

test("a fresh clone is installed and built, one line each; a second time nothing is said", async () => {
  const { root, said, run } = project();
  await run();
  expect(said).toEqual(["installing packages (bun install --frozen-lockfile)", "building the WebAssembly engine"]);
  expect(readFileSync(join(root, WASM), "utf8")).toBe("built");
  await run();
  expect(said).toHaveLength(2);
});

test("packages are installed again when the lock file has changed, not when it is merely newer", async () => {
  const { put, said, run, age } = project();
  await run();
  age("bun.lock", Date.now() / 1000 + 60);
  await run();
  expect(said).toHaveLength(2);
  put("package.json", PACKAGE.replace("true,", 'true, "description": "changed",'));
  await run();
  expect(said).toHaveLength(3);
  expect(said[2]).toStartWith("installing");
});

test.each(SOURCES)("the engine is built again when %s is newer", async (source) => {
  const { said, run, age } = project();
  await run();
  age(WASM, 2000);
  age(SWEEP, 2000);
  for (const path of SOURCES) age(path, 1000);
  await run();
  expect(said).toHaveLength(2);
  age(source, 3000);
  await run();
  expect(said.slice(2)).toEqual(["building the WebAssembly engine"]);
});

test("a failing installation is told with what the tool said", async () => {
  const { run, said } = project("no lock file at all");
  await expect(run()).rejects.toThrow(/^bun install --frozen-lockfile failed \(exit 1\):\n.*/);
  expect(said).toHaveLength(1);
});

test("the user is told each step, or what failed", async () => {
  const told = async (lock: string) => {
    const { root, put } = project(lock);
    const [out, errors]: [string[], string[]] = [[], []];
    const write = (texts: string[]) => ({ write: (text: string) => texts.push(text) });
    const exitCode = await setUpOrTell(root, write(out), write(errors), async () => put(WASM, "built"));
    return { exitCode, out: out.join(""), errors: errors.join("") };
  };
  const done = await told(LOCK);
  expect(done).toEqual({
    exitCode: 0,
    out: "installing packages (bun install --frozen-lockfile)\nbuilding the WebAssembly engine\n",
    errors: "",
  });
  const failed = await told("no lock file at all");
  expect(failed.exitCode).toBe(1);
  expect(failed.errors).toStartWith("setup failed: bun install --frozen-lockfile failed");
});
