import { beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { engineTs } from "../../engine-ts/engine.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import type { Bars } from "../bars.ts";
import type { Engine } from "../engine/contract.ts";
import { canonicalColumns, canonicalJson } from "./canonical.ts";
import { runOf, weekdayBars } from "./test-run.ts";

// Three daily bars from 2020-01-02 on, held from the second open: 10 units at 100. The page docs/result-hash.md works it out.
const BARS = weekdayBars([
  [100, 100, 100, 100, 1000],
  [100, 125, 100, 125, 2000],
  [125, 128, 120, 128, 1500],
]);
const FIELDS = { strategy: "buy_and_hold", initial_cash: 1000 };
const SETTINGS =
  '{"close_at_end":false,"commission":0,"commission_fixed":0,"direction":"long","fill":"next_open","fractional":true,"initial_cash":1000,"on_insufficient_cash":"reject","params":{},"require_volume":false,"sizing":{"type":"percent_equity","value":1},"slippage":0,"splits":[],"stop_loss":null,"strategy":"buy_and_hold","take_profit":null,"trailing_stop":null,"version":1,"warmup":0}';
const RESULT_HASH = "sha256:e4214a62b836dd0a7f776f65c53a38ff9b08a989e418c167eb50888525b10fb5";
const BARS_HASH = "sha256:317f61078962f8e84a88065add5459c0343635b8d72efcea83e73e365c4e51ed";

/** The columns by hand, written with nothing of the project. */
const BAR_COLUMNS = [
  [1577923200000, 1578009600000, 1578268800000],
  [100, 100, 125],
  [100, 125, 128],
  [100, 100, 120],
  [100, 125, 128],
  [1000, 2000, 1500],
];
const RUN_COLUMNS = [[1], [1], [0], [10], [100], [100], [0], [1000, 1250, 1280]];

function bytesOf(columns: readonly (readonly number[])[]): Buffer {
  const numbers = columns.flatMap((column) => [column.length, ...column]);
  const bytes = Buffer.alloc(numbers.length * 8);
  numbers.forEach((value, i) => {
    bytes.writeDoubleLE(value, i * 8);
  });
  return bytes;
}

const hashOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

let engineWasm: Engine;
beforeAll(async () => {
  engineWasm = await loadEngineWasm();
});

describe("the hash of a tiny run", () => {
  const bytes = Buffer.concat([Buffer.from(`${SETTINGS}\n`, "utf8"), bytesOf([...BAR_COLUMNS, ...RUN_COLUMNS])]);

  test("is that of the bytes written by hand", async () => {
    expect(hashOf(bytes)).toBe(RESULT_HASH);
    expect(hashOf(bytesOf(BAR_COLUMNS))).toBe(BARS_HASH);
    for (const engine of [engineTs, engineWasm]) {
      const { resultHash, barsHash } = await runOf(BARS, FIELDS, engine);
      expect({ resultHash, barsHash }).toEqual({ resultHash: RESULT_HASH, barsHash: BARS_HASH });
    }
  });

  test("with warm-up takes in all bars seen, and counts fills from the start of the range", async () => {
    // One bar of warm-up: 8 units at the open of 125 on the second bar of the range.
    const settings = SETTINGS.replace('"warmup":0', '"warmup":1');
    const columns = [...BAR_COLUMNS, [1], [1], [0], [8], [125], [125], [0], [1000, 1024]];
    const { resultHash, barsHash } = await runOf(BARS, { ...FIELDS, start: "2020-01-03", warmup: 1 }, engineTs);
    expect(resultHash).toBe(hashOf(Buffer.concat([Buffer.from(`${settings}\n`, "utf8"), bytesOf(columns)])));
    expect(barsHash).toBe(hashOf(bytesOf(BAR_COLUMNS.map((column) => column.slice(1)))));
  });

  test("with signals of the caller takes them in last, those of the range", async () => {
    // Short from the open of 125 on: 8 units, and 3 a unit are lost to the close of 128.
    const settings = SETTINGS.replace('"buy_and_hold"', '"signals"').replace('"direction":"long"', '"direction":"both"');
    const bars = BAR_COLUMNS.map((column) => column.slice(1));
    const bytes = bytesOf([...bars, [1], [-1], [0], [8], [125], [125], [0], [1000, 976], [-1, 2]]);
    const fields = { strategy: "signals", initial_cash: 1000, signals: ["long", "short", "exit"], start: "2020-01-03" };
    const { resultHash } = await runOf(BARS, fields, engineTs);
    expect(resultHash).toBe(hashOf(Buffer.concat([Buffer.from(`${settings}\n`, "utf8"), bytes])));
  });

  test("is worked out in docs/result-hash.md with the same settings, numbers and digest", () => {
    const page = readFileSync(new URL("../../docs/result-hash.md", import.meta.url), "utf8");
    for (const text of [SETTINGS, RESULT_HASH, BARS_HASH, `${bytes.length} bytes`]) expect(page).toContain(text);
    const rows = [...page.matchAll(/^\| `(?:bars\.|fills\.|equity`)[a-z_]*`? \| (.*?) \|$/gm)].map(([, numbers]) =>
      numbers?.split(", ").map(Number),
    );
    expect(rows).toEqual([...BAR_COLUMNS, ...RUN_COLUMNS]);
  });
});

describe("the result hash", () => {
  const hash = async (fields: object = {}, bars: Bars = BARS) =>
    (await runOf(bars, { ...FIELDS, ...fields }, engineTs)).resultHash;

  test.each([
    { strategy: "momentum", params: { lookback: 1 } },
    { direction: "both" },
    { initial_cash: 1001 },
    { fill: "close" },
    { commission: 0.001 },
    { commission_fixed: 1 },
    { slippage: 0.001 },
    { sizing: { type: "percent_equity", value: 0.5 } },
    { sizing: { type: "cash", value: 1000 } },
    { fractional: false },
    { on_insufficient_cash: "reduce" },
    { close_at_end: true },
    { require_volume: true },
    { stop_loss: 0.5 },
    { take_profit: 5 },
    { trailing_stop: 0.5 },
    { adjusted: false, splits: [{ time: "2020-01-06", ratio: 2 }] },
    { start: "2020-01-03" },
    { end: "2020-01-03" },
  ])("changes with %j", async (change) => {
    expect(await hash(change)).not.toBe(RESULT_HASH);
  });

  test("changes with a parameter and with the warm-up", async () => {
    const follow = { strategy: "momentum", params: { lookback: 1 }, start: "2020-01-03" };
    const hashes = [follow, { ...follow, warmup: 1 }, { ...follow, params: { lookback: 2 }, warmup: 1 }];
    expect(new Set(await Promise.all(hashes.map((fields) => hash(fields)))).size).toBe(3);
  });

  test("is the same for a warm-up that was counted and one that was worked out", async () => {
    const follow = { strategy: "momentum", params: { lookback: 1 }, start: "2020-01-03" };
    expect(await hash({ ...follow, warmup: 1 })).toBe(await hash({ ...follow, warmup: "auto" }));
  });

  test.each(["timeMs", "open", "high", "low", "close", "volume"] as const)("changes with any one %s", async (column) => {
    const roomy = weekdayBars([
      [100, 110, 90, 105],
      [105, 120, 95, 110],
      [110, 130, 100, 125],
    ]);
    const hashes = [await hash({}, roomy)];
    for (let i = 0; i < 3; i++) {
      const bars = structuredClone(roomy);
      bars[column][i]! += column !== "timeMs" ? 1 : i === 0 ? -86_400_000 : 86_400_000;
      hashes.push(await hash({}, bars));
    }
    expect(new Set(hashes).size).toBe(4);
  });

  test.each([
    { symbol: "OTHER" },
    { risk_free: 0.05 },
    { mar: 0.05 },
    { var_alpha: 0.01 },
    { periods_per_year: 52 },
    { year_basis: "bars" },
    { equity_points: 2 },
    { equity_points: "none" },
    { interval: "1d" },
    { data_quality: "warn" },
    { warmup: 5 },
    { params: {} },
    { start: "2020-01-01", end: "2020-01-31" },
  ])("does not change with %j", async (change) => {
    expect(await hash(change)).toBe(RESULT_HASH);
  });
});

describe("canonical text and bytes", () => {
  test("sort the keys of every object and leave lists as they are", () => {
    expect(canonicalJson({ b: [3, { z: null, a: "é\n" }], a: { d: 1e21, c: 0.1 } })).toBe(
      '{"a":{"c":0.1,"d":1e+21},"b":[3,{"a":"é\\n","z":null}]}',
    );
    expect(canonicalJson([])).toBe("[]");
  });

  test("know one zero and one NaN", () => {
    expect(canonicalJson({ a: -0 })).toBe('{"a":0}');
    const odd = new Float64Array(2);
    new BigUint64Array(odd.buffer).set([0xfff8_0000_0000_0001n, 0x8000_0000_0000_0000n]);
    const bytes = Buffer.from(canonicalColumns([odd]));
    expect(bytes.toString("hex")).toBe("0000000000000040" + "000000000000f87f" + "0000000000000000");
  });
});
