import { type AppError, fail } from "../core/errors.ts";
import { ok, type Result } from "../core/result.ts";

const LF = 10;
const CR = 13;
const LOOKED_AT = 65_536;

/** Text to be scanned: from byte `start` on, after a byte order mark; its last byte is a line break. */
export interface TextBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
}

/** Errors: `no_data` for an empty file, `bad_data` for UTF-16, packed files and other bytes that are no text. */
export function textBytes(bytes: Uint8Array): Result<TextBytes, AppError> {
  const begins = (...head: readonly number[]) => head.every((byte, i) => bytes[i] === byte);
  if (begins(0xff, 0xfe) || begins(0xfe, 0xff)) return fail("bad_data", "the file is UTF-16 text; save it as UTF-8");
  if (begins(0x1f, 0x8b) || begins(0x50, 0x4b, 3, 4))
    return fail("bad_data", "the file is packed (gzip, zip or xlsx); unpack it, or save it as CSV");
  const start = begins(0xef, 0xbb, 0xbf) ? 3 : 0;
  let blank = true;
  for (let at = start; at < Math.min(bytes.length, LOOKED_AT); at++) {
    const c = bytes[at]!;
    if (c < 9 || (c > 13 && c < 32)) {
      return fail(
        "bad_data",
        `the file is not text: byte ${at} is 0x${c.toString(16).padStart(2, "0")}; CSV as UTF-8 and Parquet can be read`,
      );
    }
    if (c > 32) blank = false;
  }
  if (blank && bytes.length <= LOOKED_AT) return fail("no_data", "the file is empty");
  const last = bytes[bytes.length - 1];
  if (last === LF || last === CR) return ok({ bytes, start });
  const closed = new Uint8Array(bytes.length + 1);
  closed.set(bytes);
  closed[bytes.length] = LF;
  return ok({ bytes: closed, start });
}
