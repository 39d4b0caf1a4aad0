import type { Curve, JobId } from "../../../core/jobs/job.ts";
import { drawdownsFrom } from "../../../core/run/curve-text.ts";
import { chunksOf } from "../../http/pieces.ts";

/** Columns as text and binary COPY take them, in this order. */
export const POINT_COLUMNS = "job_id, ts, equity, drawdown";

const SIGNATURE = [...new TextEncoder().encode("PGCOPY\n"), 0xff, 0x0d, 0x0a, 0x00];
const HEADER_BYTES = 19;
/** A count of fields, then for each field its length and its bytes: 16, and three times 8. */
const ROW_BYTES = 2 + (4 + 16) + 3 * (4 + 8);
const ROWS_A_PIECE = 4096;
const EPOCH_2000_MS = Date.UTC(2000, 0, 1);

/**
 * The points of curves as PostgreSQL's binary COPY format has them, a row each, drawdowns within the whole curve, in pieces of at most 240 KB.
 * @param curves times whole milliseconds, strictly ascending
 */
export function* copyPieces(curves: Iterable<{ readonly id: JobId; readonly curve: Curve }>): Generator<Uint8Array> {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(SIGNATURE);
  yield header;
  for (const { id, curve } of curves) {
    const uuid = Uint8Array.fromHex(id.replaceAll("-", ""));
    const falls = drawdownsFrom(curve.initialCash, curve.equity);
    for (const [from, to] of chunksOf(curve.equity.length, ROWS_A_PIECE)) yield rows(uuid, curve, falls, from, to);
  }
  yield Uint8Array.of(0xff, 0xff);
}

function rows(uuid: Uint8Array, { timeMs, equity }: Curve, falls: Float64Array, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array((to - from) * ROW_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = from, at = 0; i < to; i++, at += ROW_BYTES) {
    view.setInt16(at, 4);
    view.setInt32(at + 2, 16);
    bytes.set(uuid, at + 6);
    view.setInt32(at + 22, 8);
    view.setBigInt64(at + 26, BigInt(timeMs[i]! - EPOCH_2000_MS) * 1000n);
    view.setInt32(at + 34, 8);
    view.setFloat64(at + 38, equity[i]!);
    view.setInt32(at + 46, 8);
    view.setFloat64(at + 50, falls[i]!);
  }
  return bytes;
}
