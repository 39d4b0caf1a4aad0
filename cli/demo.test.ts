import { expect, test } from "bun:test";
import { demo, NEXT } from "./demo.ts";
import { backgrid, recorder } from "./test-session.ts";

test("the demo prints a report on bundled data and what to try next", async () => {
  const terminal = recorder();
  expect(await demo(terminal)).toBe(0);
  const { out, errors } = terminal.told();
  expect(errors).toBe("");
  for (const word of ["SAMPLE-TREND", "SYNTHETIC", "buy & hold", "Equity", "Drawdown", "Try next"]) expect(out).toContain(word);
  for (const [command] of NEXT) expect(out).toContain(`bun cli/main.ts ${command}\n`);
});

test.each(NEXT.map(([command]) => command))("%s works when typed", async (command) => {
  const { exitCode, out } = await backgrid(command.split(" "));
  expect(exitCode).toBe(0);
  expect(out).not.toBe("");
});

test("a demo that fails suggests nothing", async () => {
  const before = process.env.ENGINE;
  try {
    process.env.ENGINE = "abacus";
    const terminal = recorder();
    expect(await demo(terminal)).toBe(2);
    expect(terminal.told().out).not.toContain("Try next");
  } finally {
    if (before === undefined) delete process.env.ENGINE;
    else process.env.ENGINE = before;
  }
});
