/** Bytes, the two numbers and the text before them, with a checksum over all of it: how damage is told from content. */
const PREFIX_BYTES = 16;
const CHECKSUM_BYTES = 8;
/** Bodies begin at a multiple of this, so that columns of doubles can be viewed in place. */
const ALIGNMENT = 8;

/**
 * Layout, little-endian: u32 kind, u32 version, u32 bytes of the head, u32 zero, the head as UTF-8 (padded with blanks to a multiple of 8),
 * the body, and the XXH64 (seed 0) of everything before it.
 *
 * @param kind tells one sort of sealed bytes from another
 * @param head JSON text
 * @param bodyBytes how long the body is
 * @param fill writes the body into zeroed memory that starts at a multiple of 8
 */
export function seal(
  kind: number,
  version: number,
  head: string,
  bodyBytes: number,
  fill: (body: Uint8Array<ArrayBuffer>) => void,
): Uint8Array<ArrayBuffer> {
  const headBytes = padded(Buffer.byteLength(head));
  const bodyAt = PREFIX_BYTES + headBytes;
  const bytes = new Uint8Array(bodyAt + bodyBytes + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, version, true);
  view.setUint32(8, headBytes, true);
  const { written } = new TextEncoder().encodeInto(head, bytes.subarray(PREFIX_BYTES, bodyAt));
  bytes.fill(0x20, PREFIX_BYTES + written, bodyAt);
  fill(bytes.subarray(bodyAt, bodyAt + bodyBytes));
  view.setBigUint64(bodyAt + bodyBytes, checksum(bytes.subarray(0, bodyAt + bodyBytes)), true);
  return bytes;
}

/** What was sealed: the head as parsed JSON, and the body as a view; or in words why these bytes are no such thing any more. */
export type Unsealed = { readonly head: unknown; readonly body: Uint8Array } | { readonly damage: string };

export function unseal(bytes: Uint8Array, kind: number, version: number): Unsealed {
  if (bytes.length < PREFIX_BYTES + CHECKSUM_BYTES) return { damage: `only ${bytes.length} bytes` };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== kind) return { damage: "other bytes at the beginning" };
  if (view.getUint32(4, true) !== version) return { damage: `version ${view.getUint32(4, true)}, this program reads ${version}` };
  const bodyAt = PREFIX_BYTES + view.getUint32(8, true);
  const end = bytes.length - CHECKSUM_BYTES;
  if (bodyAt > end) return { damage: "cut off" };
  if (checksum(bytes.subarray(0, end)) !== view.getBigUint64(end, true)) return { damage: "the checksum does not hold" };
  const text = new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, bodyAt));
  const head = parsedJson(text);
  return head === undefined ? { damage: "a head that is no JSON" } : { head, body: bytes.subarray(bodyAt, end) };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checksum(bytes: Uint8Array): bigint {
  return Bun.hash.xxHash64(bytes);
}

/** The next multiple of 8. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
