import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { someBars } from "../core/indicators/generated-bars.ts";
import type { Indicator } from "../core/indicators/indicator.ts";
import { indicators } from "../core/indicators/registry.ts";
import { defaultParams } from "../core/strategies/params.ts";
import type { ParamSpecs } from "../core/strategies/strategy.ts";

const PAGE = readFileSync(new URL("./indicators.md", import.meta.url), "utf8");
const entries: [string, Indicator][] = Object.entries(indicators);
const BARS = someBars(3, 200);

/** The cells of the table, by the name in the first. */
const rows = new Map(
  PAGE.split("\n").flatMap((line) => {
    const [name = "", ...cells] = line.split("|").slice(1, -1);
    const key = /^ `([a-z_]+)` $/.exec(name)?.[1];
    return key === undefined ? [] : [[key, cells.map((cell) => cell.trim())] as const];
  }),
);

function wordedParams(params: ParamSpecs): string {
  const words = Object.entries(params).map(([name, spec]) => `\`${name}\` ${spec.default}`);
  return words.length === 0 ? "none" : words.join(", ");
}

describe("docs/indicators.md", () => {
  test("has a row for every indicator, in the order of the registry, and no other", () => {
    expect([...rows.keys()]).toEqual(entries.map(([name]) => name));
  });

  test.each(entries)("tells the defaults, lines and first bars of %s", (name, { params, outputs, compute }) => {
    const computed = compute(BARS, defaultParams(params));
    const firsts = outputs.map((output) => computed[output]?.findIndex((value) => !Number.isNaN(value)));
    const lines = outputs.map((output) => `\`${output}\``).join(", ");
    expect(rows.get(name)?.slice(0, 3)).toEqual([wordedParams(params), lines, firsts.join(", ")]);
  });

  test.each(entries)("has a rule for %s", (name) => {
    expect(PAGE).toMatch(new RegExp(`^- \`${name}\`( \\(Wilder\\))?: `, "m"));
  });

  test("gives the limits that all windows and multipliers have", () => {
    for (const [, { params }] of entries) {
      for (const spec of Object.values<ParamSpecs[string]>(params)) {
        if (spec.kind === "integer") expect([spec.min, spec.max]).toEqual([1, 5000]);
        else expect(spec).toMatchObject({ kind: "number", min: 0, max: 100 });
      }
    }
    expect(PAGE).toContain("Windows are whole numbers from 1 to 5000, multipliers from 0 to 100.");
  });
});
