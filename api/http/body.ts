import { type AppError, appError, fail } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { shown } from "../../core/shown.ts";
import { isDeeperThan } from "./json-depth.ts";
import { jsonFault, lineAndColumn } from "./json-place.ts";
import { isUtf8, parseMediaType } from "./media-type.ts";

/** JSON as it comes from a parser. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const MIB = 2 ** 20;
/** Up to this length a body is taken in one go. */
const SMALL_BYTES = MIB;

/**
 * The chunks of a body, as long as they are no more than `most` bytes together, whatever Content-Length says.
 * Errors: `payload_too_large`, after which no more is read; `unsupported_media_type` for packed bodies; `invalid_request` for one that breaks off.
 */
export async function* bodyChunks(request: Request, most: number): AsyncGenerator<Result<Uint8Array, AppError>> {
  const refused = refusedByHeaders(request, most);
  if (refused !== null) return yield err(refused);
  if (request.body === null) return;
  let read = 0;
  try {
    for await (const chunk of request.body) {
      read += chunk.length;
      if (read > most) return yield err(tooLarge(most));
      yield ok(chunk);
    }
  } catch {
    yield err(brokenOff());
  }
}

/** A body of at most `most` bytes. Errors: those of `bodyChunks`. */
export async function readBytes(request: Request, most: number): Promise<Result<Uint8Array, AppError>> {
  const length = request.headers.get("content-length");
  if (length !== null && Number(length) <= Math.min(SMALL_BYTES, most)) {
    const refused = refusedByHeaders(request, most);
    if (refused !== null) return err(refused);
    const bytes = await request.bytes().catch(() => null);
    if (bytes === null) return err(brokenOff());
    return bytes.length > most ? err(tooLarge(most)) : ok(bytes);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyChunks(request, most)) {
    if (!chunk.ok) return chunk;
    chunks.push(chunk.value);
  }
  return ok(Buffer.concat(chunks));
}

function refusedByHeaders({ headers }: Request, most: number): AppError | null {
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    return appError(
      "unsupported_media_type",
      `a packed body is not read: got Content-Encoding ${shown(encoding)}; send it as it is`,
    );
  }
  return Number(headers.get("content-length") ?? 0) > most ? tooLarge(most) : null;
}

/** The client went while it sent; hardly anybody reads this. */
function brokenOff(): AppError {
  return appError("invalid_request", "the body broke off before its end");
}

function tooLarge(most: number): AppError {
  const limit = most % MIB === 0 ? `${most / MIB} MiB` : `${most} bytes`;
  return appError("payload_too_large", `the body is larger than ${limit}, which is the most that is taken here`);
}

/**
 * A body as JSON. Errors: `invalid_json` with the place, `payload_too_large`, `unsupported_media_type`.
 * @param maxDepth how deep lists and objects may nest
 */
export async function readJson(request: Request, maxBytes: number, maxDepth: number): Promise<Result<Json, AppError>> {
  const wrongType = refusedType(request.headers);
  if (wrongType !== null) return err(wrongType);
  const bytes = await readBytes(request, maxBytes);
  return bytes.ok ? parseJson(bytes.value, maxDepth) : bytes;
}

/**
 * `application/json`; and, so that `curl -d` works, a form's type or none, where no browser sent it: a page of another site can have its
 * visitor's browser send those without asking.
 */
function refusedType(headers: Headers): AppError | null {
  const media = parseMediaType(headers.get("content-type"));
  if (media?.type === "application/json") {
    if (isUtf8(media)) return null;
    return appError("unsupported_media_type", `JSON is read as utf-8: got charset ${shown(media.charset)}`);
  }
  const unnamed = media === null || media.type === "application/x-www-form-urlencoded";
  if (unnamed && !isFromBrowser(headers)) return null;
  const got = media === null ? "none" : shown(media.type);
  return appError("unsupported_media_type", `Content-Type must be application/json: got ${got}`);
}

/** Whether a web page's request shows itself as one. */
export function isFromBrowser(headers: Headers): boolean {
  return headers.has("origin") || headers.has("sec-fetch-site") || headers.has("sec-fetch-mode") || headers.has("sec-fetch-dest");
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Bytes as JSON. Errors: `invalid_json` with what is wrong and where. */
export function parseJson(bytes: Uint8Array, maxDepth: number): Result<Json, AppError> {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return fail("invalid_json", "the body is no JSON: it is not well-formed UTF-8");
  }
  if (isDeeperThan(bytes, maxDepth)) {
    return fail(
      "invalid_json",
      `the body nests lists and objects deeper than ${maxDepth} levels, which is the most that is taken here`,
    );
  }
  try {
    const value: Json = JSON.parse(text);
    return ok(value);
  } catch {
    return fail("invalid_json", whyNoJson(text));
  }
}

function whyNoJson(text: string): string {
  if (text.trim() === "") return "the body is empty; a JSON object is needed";
  const fault = jsonFault(text);
  if (fault === null) return "the body is no JSON";
  const { line, column } = lineAndColumn(text, fault.at);
  const found = fault.at < text.length ? shown(String.fromCodePoint(text.codePointAt(fault.at) ?? 0)) : "the end of the body";
  return `the body is no JSON: expected ${fault.expected} at line ${line}, column ${column}, got ${found}`;
}
