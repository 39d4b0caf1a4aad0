import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Runs on a fresh clone, before anything is installed: only the runtime's own modules may be imported at the top.

const STAMP = "node_modules/.backgrid-installed";
const WASM = ["engine-wasm/build/engine.wasm", "engine-wasm/build/sweep.wasm"];
const COMPILER_INPUTS = ["core/engine/abi.ts", "engine-wasm/build.ts"];

/**
 * Installs the packages and builds the WebAssembly engine where that is needed, one line about each; silent otherwise.
 *
 * @param root   the project's folder
 * @param say    takes a line without its end
 * @param build  makes the engine; loaded only when needed, because it needs the packages
 * @throws {Error} telling what failed and what the tool said
 */
export async function setUp(root: string, say: (line: string) => void, build: () => Promise<void>): Promise<void> {
  const lock = lockHash(root);
  if (!isInstalled(root, lock)) {
    say("installing packages (bun install --frozen-lockfile)");
    install(root);
    writeFileSync(join(root, STAMP), lock);
  }
  if (isStale(root)) {
    say("building the WebAssembly engine");
    await build();
  }
}

function isInstalled(root: string, lock: string): boolean {
  const stamp = join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
}

/** What an installation follows from: a clone or a checkout changes times, not contents. */
function lockHash(root: string): string {
  const hash = createHash("sha256");
  for (const name of ["package.json", "bun.lock"]) hash.update(readFileSync(join(root, name)));
  return hash.digest("hex");
}

function install(root: string): void {
  const { status, error, stdout, stderr } = spawnSync(process.execPath, ["install", "--frozen-lockfile"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status === 0) return;
  const told = error?.message ?? `${stdout}${stderr}`.trim();
  throw new Error(`bun install --frozen-lockfile failed (exit ${status ?? "none"}):\n${told}`);
}

/** True when the engine is not built, or a source of it is newer. */
function isStale(root: string): boolean {
  const built = WASM.map((name) => join(root, name));
  if (!built.every((path) => existsSync(path))) return true;
  const assembly = join(root, "engine-wasm/assembly");
  const inputs = [
    ...readdirSync(assembly, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
    ...COMPILER_INPUTS.map((name) => join(root, name)),
  ];
  const builtMs = Math.min(...built.map((path) => statSync(path).mtimeMs));
  return inputs.some((path) => statSync(path).mtimeMs > builtMs);
}

/** As `setUp`, told to the user: 0, or 1 when it failed. */
export async function setUpOrTell(
  root: string,
  out: { write(text: string): unknown },
  errors: { write(text: string): unknown },
  build: () => Promise<void>,
): Promise<number> {
  try {
    await setUp(root, (line) => void out.write(`${line}\n`), build);
    return 0;
  } catch (cause) {
    errors.write(`setup failed: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    return 1;
  }
}

if (import.meta.main) {
  const build = async () => (await import("../engine-wasm/build.ts")).buildWasm();
  process.exitCode = await setUpOrTell(fileURLToPath(new URL("..", import.meta.url)), process.stdout, process.stderr, build);
}
