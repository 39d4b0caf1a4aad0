import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { emptyBars } from "../core/bars.ts";
import { defaultParams } from "../core/strategies/params.ts";
import { isStrategyName, strategies, strategyNamed } from "../core/strategies/registry.ts";
import { DIRECTIONS, signalsOf } from "../core/strategies/signals.ts";
import type { ParamSpec } from "../core/strategies/strategy.ts";

const PAGE = readFileSync(new URL("./strategies.md", import.meta.url), "utf8");
const names = Object.keys(strategies).filter(isStrategyName);

/** The sections that are headed by a name in back quotes. */
const sections = new Map(
  PAGE.split("\n## ").flatMap((section) => {
    const name = /^`([a-z_]+)`\n/.exec(section)?.[1];
    return name === undefined ? [] : [[name, section] as const];
  }),
);

function rowOf(name: string, spec: ParamSpec): string {
  const allowed = spec.kind === "choice" ? spec.choices.join(", ") : `${spec.min} to ${spec.max}`;
  return `| \`${name}\` | ${spec.kind} | ${allowed} | ${spec.default} | ${spec.unit === "" ? "" : `${spec.unit} `}|`;
}

function closesOf(prices: readonly number[]) {
  const bars = emptyBars(prices.length);
  for (const column of ["open", "high", "low", "close"] as const) bars[column].set(prices);
  return bars;
}

/** The mean as a plain loop takes it. */
function plainMean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

describe("docs/strategies.md", () => {
  test("has a section for every strategy, in the order of the registry, and for no other", () => {
    expect([...sections.keys()]).toEqual([...names]);
  });

  test.each(names)("tells the parameters of %s with their limits and defaults, their rules, and the bars it needs", (name) => {
    const { params, rules, barsNeeded } = strategyNamed(name);
    const section = sections.get(name) ?? "";
    const written = section.split("\n").filter((line) => line.startsWith("| `"));
    const prose = section.replace(/\s+/g, " ");
    expect(written).toEqual(Object.entries(params).map(([param, spec]) => rowOf(param, spec)));
    for (const { left, right } of rules) expect(prose).toContain(`\`${left}\` must be less than \`${right}\``);
    expect(prose.match(/must be less than/g)?.length ?? 0).toBe(rules.length);
    const needed = barsNeeded(defaultParams(params));
    expect(prose).toMatch(new RegExp(`Needs ${needed} bars?( with the defaults: |\\.)`));
  });

  test("gives every direction with what becomes of a long and of a short state", () => {
    const words: Readonly<Record<number, string>> = { 0: "flat", 1: "long", [-1]: "short" };
    const rows = DIRECTIONS.map((direction) => {
      const [long = 0, short = 0] = [1, -1].map((state) => signalsOf(Int8Array.of(state), direction)[0]);
      return `| \`${direction}\`${direction === "long" ? " (default)" : ""} | ${words[long]} | ${words[short]} |`;
    });
    for (const row of rows) expect(PAGE).toContain(row);
  });

  test("gives means that a plain loop really makes of equal prices, and no state follows from them", () => {
    const written = [...PAGE.matchAll(/^\| (\d) closes of 100\.1 \| (\S+) \|$/gm)];
    const means = written.map(([, n]) => plainMean(new Array<number>(Number(n)).fill(100.1)));
    expect(written.map(([, , mean]) => Number(mean))).toEqual(means);
    expect(means[0]).toBeLessThan(means[1] ?? 0);
    const bars = closesOf(new Array<number>(40).fill(100.1));
    for (const average of ["sma", "ema", "wma"])
      expect(strategyNamed("ma_crossover").wanted(bars, { fast: 3, slow: 7, average }, 0)).toEqual(new Int8Array(40));
  });

  test("gives three prices whose mean is the last of them, but not in doubles", () => {
    expect(PAGE.replace(/\s+/g, " ")).toContain(`in doubles the mean comes out as ${plainMean([0.1, 0.3, 0.2])}`);
    expect(plainMean([0.1, 0.3, 0.2])).toBeGreaterThan(0.2);
    const bars = closesOf([0.1, 0.3, 0.2]);
    expect(strategyNamed("ma_crossover").wanted(bars, { fast: 1, slow: 3, average: "sma" }, 0)).toEqual(new Int8Array(3));
  });
});
