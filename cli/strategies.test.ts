import { expect, test } from "bun:test";
import { strategies } from "../core/strategies/registry.ts";
import { backgrid } from "./test-session.ts";

test("strategies --json lists every strategy with its parameters, in the shape of the API's lists", async () => {
  const { exitCode, out } = await backgrid(["strategies", "--json"]);
  expect(exitCode).toBe(0);
  const { items, next_cursor } = JSON.parse(out);
  expect(next_cursor).toBeNull();
  expect(items.map((item: { name: string }) => item.name)).toEqual(Object.keys(strategies));
  const crossover = items.find((item: { name: string }) => item.name === "ma_crossover");
  expect(crossover.params[0]).toEqual({
    name: "fast",
    kind: "integer",
    min: 1,
    max: 5000,
    default: 10,
    unit: "bars",
    doc: "period of the fast average",
  });
  expect(crossover.rules).toEqual(["fast < slow"]);
});

test("strategies tells each one's doc, flags, defaults and limits within the terminal's width", async () => {
  const { out } = await backgrid(["strategies"], { columns: 70 });
  for (const [name, { doc }] of Object.entries(strategies)) {
    expect(out).toContain(`${name}\n`);
    expect(out.replaceAll(/\s+/g, " ")).toContain(doc);
  }
  expect(out).toMatch(/--fast \(10\) +period of the fast average; a whole number from 1 to\n {18}5000 bars\n/);
  expect(out).toMatch(/--average \(sma\) kind of both averages; sma, ema, wma/);
  expect(out).toContain("--fast must be less than --slow");
  const lines = out.split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(70);
});
