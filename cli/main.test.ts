import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { FOUR_BARS, fileOf } from "./test-session.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

/** The command line as a process of its own. */
function spawned(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, MAIN, ...args], {
    env: { ...process.env, ENGINE: "auto" },
  });
  return { exitCode, out: stdout.toString(), errors: stderr.toString() };
}

test("a run in a pipe prints a report without colours and ends with 0", () => {
  const { exitCode, out, errors } = spawned("run", "--file", fileOf(FOUR_BARS), "--strategy", "buy_and_hold");
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  expect(out).toContain("buy & hold");
  expect(out).not.toContain("\x1b");
});

test("--json prints JSON alone, complete in a pipe", () => {
  const { exitCode, out } = spawned("run", "--source", "sample", "--symbol", "SAMPLE-MIN", "--strategy", "momentum", "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(out).equity_curve).toHaveLength(60 * 390);
});

test.each([
  [2, ["run", "--source", "sample", "--strategy", "momentum", "--lookback", "x"]],
  [2, ["run", "--nonsense"]],
  [3, ["run", "--file", "nowhere.csv", "--strategy", "momentum"]],
])("exit code %d, one line on stderr and no stack for %p", (code, args) => {
  const { exitCode, out, errors } = spawned(...args);
  expect({ exitCode, out }).toEqual({ exitCode: code, out: "" });
  expect(errors).toMatch(/^error: [^\n]+\n$/);
});

test("a reader that stops early is no error", () => {
  const { exitCode, stderr, stdout } = Bun.spawnSync(
    ["sh", "-c", `"${process.execPath}" "${MAIN}" run --source sample --strategy momentum --json | head -c 20`],
    {},
  );
  expect({ exitCode, out: stdout.toString(), errors: stderr.toString() }).toEqual({
    exitCode: 0,
    out: '{"job_id":null,"stat',
    errors: "",
  });
});
