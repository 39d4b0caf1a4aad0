import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Kernels keep their names (--debug), so that profiles show them; no relaxed SIMD, since a fused multiply-add would break equality with engine-ts. */
const KERNEL_OPTIONS = [
  ...["-O3", "--noAssert", "--converge", "--runtime", "stub", "--enable", "simd", "--debug"],
  ...["--maximumMemory", "65536"],
];
/** Several threads, each with an instance of its own, on one memory that the caller makes. */
const SHARED_OPTIONS = ["--enable", "threads", "--sharedMemory", "--importMemory", "--initialMemory", "1"];

/**
 * Compiles an entry file of AssemblyScript.
 * @throws {Error} with the compiler's messages
 */
export async function compileKernels(entry: string, out: string, shared: boolean): Promise<void> {
  const { error, stderr } = await asc.main([entry, "--outFile", out, ...KERNEL_OPTIONS, ...(shared ? SHARED_OPTIONS : [])]);
  rmSync(`${out}.map`, { force: true });
  if (error !== null) throw new Error(`AssemblyScript did not compile: ${error.message}\n${stderr.toString()}`);
}

/** Compiles assembly/ to build/engine.wasm, for single runs, and assembly/sweep/ to build/sweep.wasm, for sweeps. */
export async function buildWasm(): Promise<void> {
  mkdirSync(here("build"), { recursive: true });
  await compileKernels(here("assembly/index.ts"), here("build/engine.wasm"), false);
  await compileKernels(here("assembly/sweep/index.ts"), here("build/sweep.wasm"), true);
}

if (import.meta.main) await buildWasm();
