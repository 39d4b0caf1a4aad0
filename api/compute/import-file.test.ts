import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "../../core/run/judged-series.ts";
import { decodeRawBars, hashOf } from "../../data/raw-bars-codec.ts";
import { engineTs } from "../../engine-ts/engine.ts";
import { BarCache } from "./bar-cache.ts";
import { importFile } from "./import-file.ts";
import { runBacktestTask } from "./run-task.ts";
import { NOW_MS, taskFor } from "./test-tasks.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "backgrid-import-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = "Date,Open,High,Low,Close,Volume";

function imported(lines: readonly string[], adjusted = true) {
  const path = join(folder, "upload");
  writeFileSync(path, [HEAD, ...lines].join("\n"));
  return importFile({ kind: "import", path, symbol: "TEST", adjusted, nowMs: NOW_MS });
}

const GOOD = ["2024-01-02,10,11,9,10.5,100", "2024-01-03,10.5,12,10,11,0", "2024-01-04,11,11,10,10,300"];

describe("an import", () => {
  test("tells what is in the file, with the gate's warnings", async () => {
    const output = await imported(GOOD.toReversed());
    expect(output).toMatchObject({
      ok: true,
      value: { kind: "import", interval: "1d", rows: 3, from: "2024-01-02", to: "2024-01-04" },
    });
    expect(output.ok && output.value.warnings.map(({ code }) => code)).toEqual(["newest_first", "zero_volume"]);
  });

  test("gives bytes from which a job runs, on bars with the hash that was told", async () => {
    const output = await imported(GOOD);
    if (!output.ok) throw new Error(output.error.detail);
    const { bytes, barsHash, hash } = output.value;
    expect(barsHash).toBe(hashOf(bytes));
    expect(decodeRawBars(bytes)).toMatchObject({ ok: true, value: { close: Float64Array.of(10.5, 11, 10) } });
    const origin = { source: "dataset", symbol: "TEST", adjusted: true, synthetic: false, note: null };
    const parts = {
      engine: engineTs,
      fallbackReason: null,
      vault: { get: async () => bytes },
      cache: new BarCache(0),
      judge,
    };
    const task = taskFor({ strategy: "buy_and_hold", start: null }, { kind: "stored", hash: barsHash, origin });
    const ran = await runBacktestTask(task, parts);
    expect(ran.ok && JSON.parse(ran.value.head).data.hash).toBe(hash);
  });

  test.each<[string, readonly string[]]>([
    ["a price of zero", ["2024-01-02,0,11,9,10.5,100"]],
    ["a high below the low", ["2024-01-02,10,9,11,10.5,100"]],
    ["a bar of tomorrow", ["2025-01-06,10,11,9,10.5,100"]],
    ["text for a price", ["2024-01-02,ten,11,9,10.5,100"]],
  ])("refuses %s", async (_, lines) => {
    expect(await imported(lines)).toMatchObject({ ok: false, error: { code: "bad_data" } });
  });

  test("lets an unadjusted jump pass with a warning: which splits there were, a job will say", async () => {
    const output = await imported(["2024-01-02,100,100,100,100,5", "2024-01-03,50,50,50,50,5"], false);
    expect(output.ok && output.value.warnings).toEqual([expect.objectContaining({ code: "split_like_jump", rows: [3] })]);
    expect(output.ok && output.value.warnings[0]?.message).toContain("not listed");
  });

  test("says that a file is not there, and that one has no rows", async () => {
    const task = { kind: "import", path: join(folder, "nothing"), symbol: "TEST", adjusted: true, nowMs: NOW_MS } as const;
    expect(await importFile(task)).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await imported([])).toMatchObject({ ok: false, error: { code: "no_data" } });
  });
});
