import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../package.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const withoutTime = (text: string) => text.replace(/, [\d.]+ ms\n/, ", … ms\n");

test("README shows what its example prints, to the character but for the time it took", () => {
  const [, command = "", printed = ""] = readme.match(/^`bun (cli\/main\.ts run [^`]+)`\n\n```text\n([\s\S]*?)```/m) ?? [];
  const { stdout, exitCode } = Bun.spawnSync([process.execPath, ...command.split(" ")], {
    cwd: ROOT,
    env: { ...process.env, ENGINE: "wasm", COLUMNS: "80", NO_COLOR: "1" },
  });
  expect(exitCode).toBe(0);
  expect(withoutTime(printed)).toBe(withoutTime(stdout.toString()));
});

test("every command that README runs with bun is a script of the package", () => {
  const scripts = [...readme.matchAll(/bun(?:@[\d.]+)? run ([a-z:]+)/g)].map(([, name]) => name);
  expect(scripts).not.toBeEmpty();
  expect(scripts.filter((name) => name === undefined || !(name in packageJson.scripts))).toEqual([]);
});

test("the decision log names evidence that exists", () => {
  const log = readFileSync(join(ROOT, "DECISION_LOG.md"), "utf8");
  const named = [...log.matchAll(/profiles\/[A-Za-z0-9./-]*[A-Za-z0-9]/g)].map(([path]) => path);
  expect(named).not.toBeEmpty();
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
