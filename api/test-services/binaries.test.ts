import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPostgres } from "./binaries.ts";
import { serverUser } from "./server-user.ts";

/** A folder with a whole PostgreSQL 9 and 15, and a 16 that only has clients. */
function installed() {
  const root = mkdtempSync(join(tmpdir(), "backgrid-binaries-"));
  for (const [version, programs] of [
    ["9", ["postgres", "initdb"]],
    ["15", ["postgres", "initdb"]],
    ["16", ["psql"]],
  ] as const) {
    mkdirSync(join(root, version, "bin"), { recursive: true });
    for (const program of programs) writeFileSync(join(root, version, "bin", program), "");
  }
  return { root, patterns: [join(root, "*/bin")], [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

test("PostgreSQL is that of the path, else the newest that has a server", () => {
  using system = installed();
  expect(findPostgres(system.patterns, null)).toBe(join(system.root, "15/bin"));
  expect(findPostgres(system.patterns, join(system.root, "9/bin/postgres"))).toBe(join(system.root, "9/bin"));
  expect(findPostgres([join(system.root, "nowhere/*/bin")], null)).toBeNull();
});

test("a server runs as this process's user", () => {
  expect(serverUser(1000)).toEqual({ owner: null, command: [] });
});

test.skipIf(Bun.which("setpriv") === null)("for root, a server runs as somebody else", () => {
  const { owner, command } = serverUser(0);
  expect(owner?.uid).toBeGreaterThan(0);
  expect(command.slice(1)).toEqual([`--reuid=${owner?.uid}`, `--regid=${owner?.gid}`, "--clear-groups"]);
});
