import { z } from "zod";
import type { SweptBlock } from "../../core/sweep/blocks.ts";
import { BLOCKS, SWEEP_KERNELS, TRIAL_FIGURES, type TrialFigure } from "../../core/sweep/trials.ts";
import { bytesOf, doublesOf } from "./doubles.ts";

const VERSION = 1;
const ZSTD = { level: 1 } as const;
/** Checksum of all that follows, version and length of the head. */
const PREFIX_BYTES = 16;
const FIGURES = TRIAL_FIGURES.length;
const DOUBLES_A_TRIAL = FIGURES + BLOCKS * 2;

/*
 * The trials of a block of a sweep as bytes: a checksum, the version, what is told once in JSON, then the figures in the order of TRIAL_FIGURES and the sums by
 * block, column after column, packed by zstd. They are doubles in the byte order of this machine, little-endian wherever Bun runs. Neighbours on a grid trade
 * alike for long: of 352 bytes a trial about a hundred are left.
 */

/** A block as it is kept until its sweep is collected. */
export interface StoredBlock extends SweptBlock {
  /** When it was begun, epoch ms. */
  readonly startedMs: number;
}

const count = z.int().min(0);
const storedHead = z.strictObject({
  first: count,
  trials: count,
  bars: count,
  kernel: z.enum(SWEEP_KERNELS),
  recomputed: count,
  started_ms: z.number(),
});

/** @throws {RangeError} when the columns are not those of as many trials */
export function encodeBlock({ first, trials, startedMs }: StoredBlock): Uint8Array {
  const { bars, kernel, recomputed, blockSums } = trials;
  const n = trials.trades.length;
  if (blockSums.length !== n * BLOCKS * 2 || TRIAL_FIGURES.some((name) => trials[name].length !== n))
    throw new RangeError(`the columns of ${n} trials differ in length`);
  const columns = new Float64Array(n * DOUBLES_A_TRIAL);
  for (const [k, name] of TRIAL_FIGURES.entries()) columns.set(trials[name], k * n);
  columns.set(blockSums, n * FIGURES);
  const told = { first, trials: n, bars, kernel, recomputed, started_ms: startedMs } satisfies z.infer<typeof storedHead>;
  const head = new TextEncoder().encode(JSON.stringify(told));
  const packed = Bun.zstdCompressSync(bytesOf(columns), ZSTD);
  const bytes = new Uint8Array(PREFIX_BYTES + head.length + packed.length);
  const prefix = new DataView(bytes.buffer);
  prefix.setUint32(8, VERSION, true);
  prefix.setUint32(12, head.length, true);
  bytes.set(head, PREFIX_BYTES);
  bytes.set(packed, PREFIX_BYTES + head.length);
  prefix.setBigUint64(0, Bun.hash.xxHash64(bytes.subarray(8)), true);
  return bytes;
}

/** The columns are views of one buffer. @throws when version or checksum do not hold, or the bytes are not those of a block */
export function decodeBlock(bytes: Uint8Array): StoredBlock {
  if (bytes.length < PREFIX_BYTES) throw new Error(`a stored block of trials has ${bytes.length} bytes`);
  const prefix = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = prefix.getUint32(8, true);
  if (version !== VERSION)
    throw new Error(`a stored block of trials has version ${version}; this program reads version ${VERSION}`);
  if (prefix.getBigUint64(0, true) !== Bun.hash.xxHash64(bytes.subarray(8)))
    throw new Error("a stored block of trials does not match its checksum");
  const packedAt = PREFIX_BYTES + prefix.getUint32(12, true);
  const head = storedHead.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, packedAt))));
  const { first, trials: n, bars, kernel, recomputed, started_ms: startedMs } = head;
  const columns = doublesOf(Bun.zstdDecompressSync(bytes.subarray(packedAt)));
  if (columns.length !== n * DOUBLES_A_TRIAL)
    throw new Error(`a stored block of ${n} trials has ${columns.length} figures and sums`);
  const figures: Partial<Record<TrialFigure, Float64Array>> = {};
  for (const [k, name] of TRIAL_FIGURES.entries()) figures[name] = columns.subarray(k * n, (k + 1) * n);
  const trials = { ...(figures as Record<TrialFigure, Float64Array>), blockSums: columns.subarray(n * FIGURES) };
  return { first, startedMs, trials: { ...trials, bars, kernel, recomputed } };
}
