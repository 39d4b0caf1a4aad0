import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { metricGroups } from "./registry.ts";
import benchmarkVectors from "./vectors/benchmark.json" with { type: "json" };
import coreVectors from "./vectors/core.json" with { type: "json" };
import exposureVectors from "./vectors/exposure-turnover.json" with { type: "json" };
import tradeVectors from "./vectors/trades.json" with { type: "json" };

const metrics = Object.entries(metricGroups).flatMap(([group, registry]) =>
  Object.entries(registry).map(([name, metric]) => ({ group, name, metric })),
);

function snakeCased(expected: object | undefined): string[] {
  return Object.keys(expected ?? {}).map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

describe("metric registries", () => {
  test("hold the names of the reference in its order, and final_equity", () => {
    expect(Object.keys(metricGroups.series)).toEqual([...snakeCased(coreVectors.cases[0]?.expected), "final_equity"]);
    expect(Object.keys(metricGroups.trades)).toEqual(snakeCased(tradeVectors.cases[0]?.expected));
    expect(Object.keys(metricGroups.exposure)).toEqual(snakeCased(exposureVectors.cases[0]?.expected));
    expect(Object.keys(metricGroups.benchmark)).toEqual(snakeCased(benchmarkVectors.cases[0]?.expected));
  });

  test("hold every metric that a file of this folder defines", async () => {
    const registered: ReadonlySet<unknown> = new Set(metrics.map(({ metric }) => metric));
    const files = readdirSync(import.meta.dir).filter((file) => /^[a-z-]+\.ts$/.test(file) && file !== "conformance.ts");
    const strays: string[] = [];
    let found = 0;
    for (const file of files) {
      const exports: Record<string, unknown> = await import(`./${file}`);
      for (const [name, value] of Object.entries(exports)) {
        if (typeof value !== "object" || value === null || !("compute" in value)) continue;
        found++;
        if (!registered.has(value)) strays.push(`${file}: ${name}`);
      }
    }
    expect(strays).toEqual([]);
    expect(found).toBe(metrics.length);
  });

  test("no name stands for two metrics of one result", () => {
    const inMetrics = [metricGroups.series, metricGroups.trades, metricGroups.exposure].flatMap((registry) =>
      Object.keys(registry),
    );
    expect(new Set(inMetrics).size).toBe(inMetrics.length);
  });

  test.each(metrics)("$group $name says what it is in a sentence", ({ metric }) => {
    expect(metric.doc).toMatch(/^.{15,}\.$/);
  });
});

describe("docs/metrics.md", () => {
  const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

  test.each(metrics)("has a row for $group $name with its unit", ({ name, metric }) => {
    const rows = page.split("\n").filter((line) => line.startsWith(`| \`${name}\` | ${metric.unit} |`));
    expect(rows.length).toBeGreaterThan(0);
  });

  test("has no row for a metric that does not exist", () => {
    const named = [...page.matchAll(/^\| `([a-z0-9_]+)` \|/gm)].map((match) => match[1] ?? "");
    expect(named).toEqual(metrics.map(({ name }) => name));
  });
});
