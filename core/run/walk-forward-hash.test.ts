import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import { someBars } from "../indicators/generated-bars.ts";
import { type PriceRow, weekdayBars } from "./test-run.ts";
import { walkForwardAttempt, walkForwardOf } from "./test-walk-forward.ts";

const PLAIN = { engine: engineTs, sweeper: plainSweeper(engineTs) };

/** The page, whose end works out a walk-forward of two folds on six bars. */
const PAGE = readFileSync(new URL("../../docs/walk-forward.md", import.meta.url), "utf8").split("## The result hash")[1] ?? "";
const SETTINGS = PAGE.match(/^\{"axes".*\}$/m)?.[0] ?? "";
const RESULT_HASH = PAGE.match(/result_hash {2}(sha256:[0-9a-f]{64})/)?.[1] ?? "";

const CLOSES = [100, 100, 100, 125, 125, 128];
const OPENS = [100, 100, 100, 100, 125, 125];
const SIX = weekdayBars(CLOSES.map((close, i): PriceRow => [OPENS[i]!, Math.max(OPENS[i]!, close), OPENS[i]!, close]));
/** The columns by hand, written with nothing of the project. */
const COLUMNS = [
  [1577923200000, 1578009600000, 1578268800000, 1578355200000, 1578441600000, 1578528000000],
  ...[OPENS, CLOSES, OPENS, CLOSES, [1000, 1000, 1000, 1000, 1000, 1000]],
  ...[[], [0, 0], [1, 3], [1, 1], [0, 0], [10, 10], [100, 125], [100, 125], [0, 0]],
  [1000, 1250, 1250, 1280],
];

function hashOf(settings: string, columns: readonly (readonly number[])[]): string {
  const numbers = columns.flatMap((column) => [column.length, ...column]);
  const bytes = Buffer.alloc(numbers.length * 8);
  numbers.forEach((value, i) => {
    bytes.writeDoubleLE(value, i * 8);
  });
  return `sha256:${createHash("sha256").update(`${settings}\n`).update(bytes).digest("hex")}`;
}

describe("the hash of a tiny walk-forward", () => {
  const fields = { initial_cash: 1000, in_sample_bars: 2, out_of_sample_bars: 2, objective: "total_return" };

  test("is that of the bytes written by hand", async () => {
    expect(hashOf(SETTINGS, COLUMNS)).toBe(RESULT_HASH);
    const rows = [...PAGE.matchAll(/^\| `[a-z]+(?:\.[a-z_]+)?` \|(.*?)\|$/gm)].map(([, numbers = ""]) =>
      numbers.split(",").flatMap((number) => (number.trim() === "" ? [] : [Number(number)])),
    );
    expect(rows).toEqual(COLUMNS);
    for (const engine of [engineTs, await loadEngineWasm()]) {
      const run = await walkForwardOf(SIX, fields, { engine, sweeper: plainSweeper(engine) });
      expect(run.resultHash).toBe(RESULT_HASH);
    }
  });

  test("by a digest from outside is the same", async () => {
    const sha256 = (parts: readonly Uint8Array[]) => {
      const hash = createHash("sha256");
      for (const part of parts) hash.update(part);
      return hash.digest("hex");
    };
    const run = await walkForwardAttempt(SIX, fields, PLAIN, { sha256 });
    expect(run?.ok && run.value.resultHash).toBe(RESULT_HASH);
  });
});

describe("the hash of a walk-forward", () => {
  const bars = someBars(7, 120);
  const fields = {
    ...{ strategy: "ma_crossover", params: { fast: [3, 5], slow: [10, 20] }, in_sample_bars: 40, out_of_sample_bars: 20 },
    commission: 0.001,
  };
  const hash = async (change: object) => (await walkForwardOf(bars, { ...fields, ...change }, PLAIN)).resultHash;

  test.each([
    { mode: "anchored" },
    { in_sample_bars: 41 },
    { out_of_sample_bars: 19 },
    { purge_bars: 1 },
    { embargo_bars: 1 },
    { objective: "total_return" },
    { params: { fast: [5, 3], slow: [10, 20] } },
    { direction: "both" },
    { commission: 0.002 },
    { initial_cash: 9000 },
    { end: "1970-04-01" },
  ])("changes with %j", async (change) => {
    expect(await hash(change)).not.toBe(await hash({}));
  });

  test.each([{ top: 3 }, { overfitting: "none" }, { equity_points: "none" }, { year_basis: "bars" }, { var_alpha: 0.1 }])(
    "does not change with %j",
    async (change) => {
      expect(await hash(change)).toBe(await hash({}));
    },
  );
});
