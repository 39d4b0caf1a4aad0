import type { Curve, PackedCurve } from "../../core/jobs/job.ts";
import { thin } from "../../core/run/thin.ts";
import { bytesOf, doublesOf } from "./doubles.ts";

const VERSION = 1;
const ZSTD = { level: 1 } as const;
const PREVIEW_POINTS = 500;

/*
 * A curve as bytes. Values are doubles in the byte order of this machine, little-endian wherever Bun runs. Times are the steps from one to the
 * next, as such doubles packed by zstd: they repeat, and 20 KB of them become half a kilobyte. The preview holds its times, then its values.
 */

export type PackedPreview = Pick<PackedCurve, "version" | "initialCash" | "daily" | "previewChecksum" | "preview">;
export type PackedPoints = Omit<PackedCurve, "previewChecksum" | "preview">;

/** @throws {RangeError} when times and values differ in number */
export function encodeCurve(curve: Curve): PackedCurve {
  const { timeMs, equity, initialCash } = curve;
  if (timeMs.length !== equity.length) throw new RangeError(`${timeMs.length} times, but ${equity.length} values of equity`);
  const kept = thin(equity, PREVIEW_POINTS);
  const preview = new Float64Array(2 * kept.length);
  for (let k = 0; k < kept.length; k++) {
    preview[k] = timeMs[kept[k]!]!;
    preview[kept.length + k] = equity[kept[k]!]!;
  }
  const daily = curve.daily ? 1 : 0;
  const [times, values, thinned] = [packedTimes(timeMs), bytesOf(equity), bytesOf(preview)];
  return {
    version: VERSION,
    points: timeMs.length,
    initialCash,
    daily,
    checksum: checksum(initialCash, daily, times, values),
    previewChecksum: checksum(initialCash, daily, thinned),
    preview: thinned,
    times,
    equity: values,
  };
}

/** @throws when version or checksum do not hold */
export function decodeCurve({ version, points, initialCash, daily, checksum: wanted, times, equity }: PackedPoints): Curve {
  checkVersion(version);
  if (checksum(initialCash, daily, times, equity) !== wanted) throw new Error("a stored curve does not match its checksum");
  const curve = { initialCash, daily: daily === 1, timeMs: unpackedTimes(times), equity: doublesOf(equity) };
  if (curve.timeMs.length !== points || curve.equity.length !== points)
    throw new Error(`a stored curve of ${points} points has ${curve.timeMs.length} times and ${curve.equity.length} values`);
  return curve;
}

/** @throws when version or checksum do not hold */
export function decodePreview({ version, initialCash, daily, previewChecksum, preview }: PackedPreview): Curve {
  checkVersion(version);
  if (checksum(initialCash, daily, preview) !== previewChecksum)
    throw new Error("the preview of a stored curve does not match its checksum");
  const both = doublesOf(preview);
  const points = both.length / 2;
  return { initialCash, daily: daily === 1, timeMs: both.slice(0, points), equity: both.slice(points) };
}

function checkVersion(version: number): void {
  if (version !== VERSION) throw new Error(`a stored curve has version ${version}; this program reads version ${VERSION}`);
}

function checksum(initialCash: number, daily: number, ...blobs: readonly Uint8Array[]): string {
  let hash = Bun.hash.xxHash64(Float64Array.of(VERSION, initialCash, daily));
  for (const blob of blobs) hash = Bun.hash.xxHash64(blob, hash);
  return hash.toString(16).padStart(16, "0");
}

/** Times are whole milliseconds, so steps and their sums are exact. */
function packedTimes(timeMs: Float64Array): Uint8Array {
  const steps = new Float64Array(timeMs.length);
  for (let i = 0; i < timeMs.length; i++) steps[i] = timeMs[i]! - (i === 0 ? 0 : timeMs[i - 1]!);
  return Bun.zstdCompressSync(bytesOf(steps), ZSTD);
}

function unpackedTimes(packed: Uint8Array): Float64Array {
  const timeMs = doublesOf(Bun.zstdDecompressSync(packed));
  for (let i = 1; i < timeMs.length; i++) timeMs[i] = timeMs[i - 1]! + timeMs[i]!;
  return timeMs;
}
