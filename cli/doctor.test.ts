import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { VERSION } from "../core/version.ts";
import { backgrid, freshPath, withEnvironment } from "./test-session.ts";

const UNSET = { HOST: undefined, ALLOW_ANONYMOUS: undefined, DATABASE_URL: undefined, REDIS_URL: undefined, ENGINE: undefined };
/** Few enough children for any machine. */
const SMALL = ["--concurrency", "1", "--threads", "1"];

const doctor = (args: readonly string[], env: Readonly<Record<string, string>> = {}, columns = 80) =>
  withEnvironment({ ...UNSET, ...env }, () => backgrid(["doctor", ...SMALL, ...args], { columns }));

test("doctor tells each matter on a line of its own, within the terminal's width, and ends with 0 where nothing fails", async () => {
  const dataDir = freshPath("data");
  const { exitCode, out, errors } = await doctor(["--data-dir", dataDir], {}, 60);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  const lines = out.split("\n");
  expect(lines.filter((line) => /^(ok|warn|skipped) /.test(line)).map((line) => line.slice(8, 20).trim())).toEqual([
    ...["bun", "settings", "machine", "engine", "address", "mode", "data folder", "sqlite", "yahoo"],
  ]);
  expect(lines.filter((line) => !line.includes(dataDir) && line.length > 60)).toEqual([]);
  expect(lines.at(-2)).toStartWith("nothing fails");
  expect(existsSync(dataDir)).toBe(false);
});

test("doctor --json gives the checks, the worst of their states and the version", async () => {
  const { exitCode, out } = await doctor(["--json", "--host", "0.0.0.0", "--data-dir", freshPath("data")], {
    ALLOW_ANONYMOUS: "1",
  });
  const { status, version, checks } = JSON.parse(out);
  expect({ exitCode, status, version }).toEqual({ exitCode: 0, status: "warn", version: VERSION });
  expect(checks).toContainEqual({ name: "address", status: "warn", detail: expect.stringContaining("0.0.0.0:8000") });
});

test("doctor ends with 1 where something fails, and counts it", async () => {
  const { exitCode, out } = await doctor(["--host", "0.0.0.0", "--data-dir", freshPath("data")]);
  expect(exitCode).toBe(1);
  expect(out).toMatch(/^fail {4}address /m);
  expect(out).toMatch(/\n1 check fails(, \d+ warnings?)?\n$/);
  const half = await doctor(["--json"], { DATABASE_URL: "postgres://a:b@127.0.0.1/c" });
  expect(half.exitCode).toBe(1);
  expect(JSON.parse(half.out)).toMatchObject({ status: "fail", checks: [{ name: "bun" }, { name: "settings", status: "fail" }] });
});

test("doctor refuses a wrong flag with 2, as every command does", async () => {
  const { exitCode, errors } = await doctor(["--engine", "gpu"]);
  expect(exitCode).toBe(2);
  expect(errors).toContain('--engine must be one of auto, ts, wasm: got "gpu"');
});
