import { expect, test } from "bun:test";
import { residentBytes } from "./resident.ts";

const MIB = 2 ** 20;

test("what a process fills counts", async () => {
  const program = `const held = new Uint8Array(${200 * MIB}).fill(1); console.log(held.length); setTimeout(() => held, 60_000);`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe" });
  await child.stdout.getReader().read();
  const bytes = residentBytes(child.pid);
  child.kill("SIGKILL");
  expect(bytes).toBeGreaterThan(200 * MIB);
  expect(bytes).toBeLessThan(500 * MIB);
});

test("of a process that does not run nothing is known", async () => {
  const gone = Bun.spawn([process.execPath, "-e", "0"]);
  await gone.exited;
  expect(residentBytes(gone.pid)).toBeNaN();
});
