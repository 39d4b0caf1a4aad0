import { describe, expect, test } from "bun:test";
import { differences } from "../../core/indicators/generated-bars.ts";
import { uniforms } from "../../core/random.ts";
import { newTrials } from "../../core/sweep/single-trial.ts";
import { SWEEP_KERNELS, type SweepKernel, TRIAL_FIGURES } from "../../core/sweep/trials.ts";
import { decodeBlock, encodeBlock, type StoredBlock } from "./part-blob.ts";

const ODD = [0, -0, Number.NaN, 5e-324, -Number.MAX_VALUE, 4_294_967_295];

/** A block of any figures. */
function drawn(seed: number, count: number, kernel: SweepKernel = "sorted"): StoredBlock {
  const next = uniforms(seed);
  const figure = () => (next() < 0.2 ? ODD[Math.floor(next() * ODD.length)]! : next() - 0.5);
  const columns = newTrials(count, 250);
  for (const column of [columns.blockSums, ...TRIAL_FIGURES.map((name) => columns[name])])
    for (let k = 0; k < column.length; k++) column[k] = figure();
  return { first: 7, startedMs: Date.UTC(2026, 1, 3), trials: { ...columns, kernel, recomputed: 3 } };
}

/** Bytes that do not lie at a multiple of 8, as a store may give them. */
function shifted(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes.length + 3);
  whole.set(bytes, 3);
  return whole.subarray(3);
}

describe("a block of trials as bytes", () => {
  test.each(SWEEP_KERNELS)("comes back to the bit, whatever its figures: %s", (kernel) => {
    for (const count of [1, 2, 77]) {
      const block = drawn(count, count, kernel);
      const bytes = encodeBlock(block);
      for (const stored of [bytes, shifted(bytes)]) {
        const { first, startedMs, trials } = decodeBlock(stored);
        expect([first, startedMs]).toEqual([block.first, block.startedMs]);
        expect([trials.bars, trials.kernel, trials.recomputed]).toEqual([250, kernel, 3]);
        for (const name of [...TRIAL_FIGURES, "blockSums"] as const)
          expect(differences(trials[name], block.trials[name])).toEqual([]);
      }
    }
  });

  test("is much smaller where neighbours are alike", () => {
    const block = drawn(1, 2000);
    const { trials } = block;
    for (let k = 32; k < trials.blockSums.length; k++) trials.blockSums[k] = trials.blockSums[k - 32]!;
    expect(encodeBlock(block).length).toBeLessThan(2000 * 352 * 0.4);
  });

  test("is refused when a single byte changed, or some are missing", () => {
    const bytes = encodeBlock(drawn(3, 5));
    for (let at = 0; at < bytes.length; at += 1 + (at > 200 ? 37 : 0)) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x10;
      expect(() => decodeBlock(damaged)).toThrow(at >= 8 && at < 12 ? /has version/ : "does not match its checksum");
    }
    expect(() => decodeBlock(bytes.subarray(0, -1))).toThrow("does not match its checksum");
    for (const length of [0, 15]) expect(() => decodeBlock(bytes.subarray(0, length))).toThrow(`has ${length} bytes`);
  });

  test("is refused when it is not of as many trials as it says", () => {
    const block = drawn(4, 4);
    const { trials } = block;
    for (const wrong of [
      { blockSums: trials.blockSums.subarray(32) },
      { trades: new Float64Array(5) },
      { sharpe: new Float64Array(3) },
    ])
      expect(() => encodeBlock({ ...block, trials: { ...trials, ...wrong } })).toThrow(RangeError);
    const bytes = encodeBlock(block);
    bytes.set(new TextEncoder().encode(new TextDecoder().decode(bytes.subarray(16, 60)).replace('"trials":4', '"trials":5')), 16);
    expect(() => decodeBlock(bytes)).toThrow("does not match its checksum");
    new DataView(bytes.buffer).setBigUint64(0, Bun.hash.xxHash64(bytes.subarray(8)), true);
    expect(() => decodeBlock(bytes)).toThrow("a stored block of 5 trials has 176 figures and sums");
  });
});
