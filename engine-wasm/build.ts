import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Compiles assembly/ to build/engine.wasm. The name section is kept (--debug) so that profiles name the kernels; no relaxed
 * SIMD, since a fused multiply-add would break equality with engine-ts.
 * @throws {Error} with the compiler's messages
 */
export async function buildWasm(): Promise<void> {
  mkdirSync(here("build"), { recursive: true });
  const out = here("build/engine.wasm");
  const options = [
    "-O3",
    "--noAssert",
    "--converge",
    "--runtime",
    "stub",
    "--enable",
    "simd",
    "--debug",
    "--maximumMemory",
    "65536",
  ];
  const { error, stderr } = await asc.main([here("assembly/index.ts"), "--outFile", out, ...options]);
  rmSync(`${out}.map`, { force: true });
  if (error !== null) throw new Error(`AssemblyScript did not compile: ${error.message}\n${stderr.toString()}`);
}

if (import.meta.main) await buildWasm();
