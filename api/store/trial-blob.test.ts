import { describe, expect, test } from "bun:test";
import type { PackedTrials } from "../../core/jobs/job.ts";
import { testTrials } from "./test-jobs.ts";
import { decodeTrials, encodeTrials } from "./trial-blob.ts";

const TABLE = testTrials([5, 10, 20], ["sma", "ema"]);
const PACKED = encodeTrials(TABLE);

/** With its checksum made anew: XXH64 of version, numbers, axes and bytes, one after the other. */
function sealed(packed: PackedTrials): PackedTrials {
  const { version, count, skipped, axes, choices, figures } = packed;
  let hash = Bun.hash.xxHash64(Float64Array.of(version, count, skipped));
  for (const part of [axes, choices, figures]) hash = Bun.hash.xxHash64(part, hash);
  return { ...packed, checksum: hash.toString(16).padStart(16, "0") };
}

describe("packed trials", () => {
  test("are unpacked into what they were, with figures that are missing", () => {
    const sharpe = Float64Array.of(Number.NaN, -0, 1e-300, Number.POSITIVE_INFINITY, 5);
    const { columns } = decodeTrials(encodeTrials({ ...TABLE, columns: { ...TABLE.columns, sharpe } }));
    expect([...columns.sharpe]).toStrictEqual([...sharpe]);
    expect(decodeTrials(PACKED)).toEqual(TABLE);
  });

  test("take a small part of what figures that repeat would", () => {
    const { length } = Bun.zstdDecompressSync(PACKED.figures);
    expect(length).toBe(11 * 5 * 8);
    const windows = Array.from({ length: 100 }, (_, k) => k);
    const { grid, columns } = testTrials(windows, windows);
    const alike = Object.fromEntries(Object.keys(columns).map((name) => [name, new Float64Array(9999).fill(1.5)]));
    const packed = encodeTrials({ grid, columns: { ...columns, ...alike } });
    expect(packed.figures.length).toBeLessThan((11 * 9999 * 8) / 100);
  });

  test("of the first version, whose figures are plain doubles, are read as well", () => {
    const first = sealed({ ...PACKED, version: 1, figures: Bun.zstdDecompressSync(PACKED.figures) });
    expect(decodeTrials(first)).toEqual(TABLE);
  });

  test("are refused when they are of a later version, damaged, or not those of so many trials", () => {
    expect(sealed(PACKED)).toEqual(PACKED);
    expect(() => decodeTrials(sealed({ ...PACKED, version: 3 }))).toThrow("version 3; this program reads versions up to 2");
    expect(() => decodeTrials({ ...PACKED, skipped: 2 })).toThrow("do not match their checksum");
    expect(() => decodeTrials(sealed({ ...PACKED, count: 4 }))).toThrow("4 stored trials have 10 choices and 55 figures");
  });
});
