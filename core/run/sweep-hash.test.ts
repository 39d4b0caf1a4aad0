import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { engineTs } from "../../engine-ts/engine.ts";
import { plainSweeper } from "../../engine-ts/sweep.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import { someBars } from "../indicators/generated-bars.ts";
import { runSweep } from "./sweep.ts";
import { providerOf, weekdayBars } from "./test-run.ts";
import { sweepAttempt, sweepOf } from "./test-sweep.ts";

const PLAIN = plainSweeper(engineTs);

/** The page, whose second half works out a sweep of two trials on three bars. */
const PAGE = readFileSync(new URL("../../docs/result-hash.md", import.meta.url), "utf8").split("## The hash of a sweep")[1] ?? "";
const SETTINGS = PAGE.match(/^\{"axes".*\}$/m)?.[0] ?? "";
const RESULT_HASH = PAGE.match(/result_hash {2}(sha256:[0-9a-f]{64})/)?.[1] ?? "";

const TINY = weekdayBars([
  [100, 100, 100, 100, 1000],
  [100, 125, 100, 125, 2000],
  [125, 128, 120, 128, 1500],
]);
/** The columns by hand, written with nothing of the project. */
const COLUMNS = [
  ...[
    [1577923200000, 1578009600000, 1578268800000],
    [100, 100, 125],
    [100, 125, 128],
    [100, 100, 120],
    [100, 125, 128],
  ],
  ...[
    [1000, 2000, 1500],
    [0, 1],
    [0, 0],
    [1, 0],
    [808256, 2166136261],
  ],
];

function hashOf(settings: string, columns: readonly (readonly number[])[]): string {
  const numbers = columns.flatMap((column) => [column.length, ...column]);
  const bytes = Buffer.alloc(numbers.length * 8);
  numbers.forEach((value, i) => {
    bytes.writeDoubleLE(value, i * 8);
  });
  return `sha256:${createHash("sha256").update(`${settings}\n`).update(bytes).digest("hex")}`;
}

describe("the hash of a tiny sweep", () => {
  const fields = { strategy: "momentum", params: { lookback: [1, 2] }, initial_cash: 1000 };

  test("is that of the bytes written by hand", async () => {
    expect(hashOf(SETTINGS, COLUMNS)).toBe(RESULT_HASH);
    const rows = [...PAGE.matchAll(/^\| `trials\.[a-z]+` \| (.*?) \|$/gm)].map(([, numbers]) => numbers?.split(", ").map(Number));
    expect(rows).toEqual(COLUMNS.slice(6));
    for (const engine of [engineTs, await loadEngineWasm()])
      expect((await sweepOf(TINY, fields, plainSweeper(engine))).resultHash).toBe(RESULT_HASH);
  });

  test("by a digest from outside is the same", async () => {
    const sha256 = (parts: readonly Uint8Array[]) => {
      const hash = createHash("sha256");
      for (const part of parts) hash.update(part);
      return hash.digest("hex");
    };
    expect(await sweepAttempt(TINY, fields, PLAIN, { sha256 })).toMatchObject({ value: { resultHash: RESULT_HASH } });
  });
});

describe("the hash of a sweep", () => {
  const bars = someBars(7, 120);
  const fields = { strategy: "ma_crossover", params: { fast: [3, 5], slow: [10, 20] } };
  const hash = async (change: object) => (await sweepOf(bars, { ...fields, ...change }, PLAIN)).resultHash;

  test("is the same on both engines", async () => {
    expect((await sweepOf(bars, fields, plainSweeper(await loadEngineWasm()))).resultHash).toBe(await hash({}));
  });

  test.each([
    { params: { fast: [3, 5], slow: [10, 21] } },
    { params: { fast: [5, 3], slow: [10, 20] } },
    { params: { slow: [10, 20], fast: [3, 5] } },
    { constraints: ["fast < 5"] },
    { direction: "both" },
    { commission: 0.001 },
    { stop_loss: 0.05 },
    { warmup: 5, start: "1970-01-20" },
    { end: "1970-03-01" },
  ])("changes with %j", async (change) => {
    expect(await hash(change)).not.toBe(await hash({}));
  });

  test.each([
    { objective: "calmar" },
    { top: 3 },
    { overfitting: "none" },
    { risk_free: 0.03 },
    { year_basis: "bars" },
    { constraints: ["fast < slow"] },
  ])("does not change with %j", async (change) => {
    expect(await hash(change)).toBe(await hash({}));
  });

  test("changes with a fill, though trades and their number stay", async () => {
    const run = await sweepOf(bars, fields, PLAIN);
    const ledger = run.trials.ledger.map((value, trial) => (trial === 2 ? value + 1 : value));
    const sweeper = {
      ...({ name: "ts", version: "0", threads: 1, [Symbol.dispose]: () => undefined } as const),
      memory: PLAIN.memory,
      findWinners: PLAIN.findWinners,
      sweep: async () => ({ ...run.trials, ledger }),
    };
    const other = await runSweep(run.request, {
      provider: providerOf(bars),
      engine: engineTs,
      sweeper,
      nowMs: Date.UTC(2030, 0, 1),
    });
    expect(other?.ok && other.value.resultHash).not.toBe(run.resultHash);
  });
});
