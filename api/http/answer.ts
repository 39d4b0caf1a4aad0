import type { Ctx } from "./env.ts";
import { entityTag, isKnown } from "./etag.ts";
import { inOneWrite, streamed } from "./pieces.ts";

export const JSON_TYPE = "application/json";
export const CSV_TYPE = "text/csv; charset=utf-8";

/** From about here on, a body does not fit with its head into the buffer that Bun writes in one go. */
const LARGE = 8192;

/** A JSON or CSV body, whole or in pieces. */
export type Body = string | Iterable<string>;

type Headers = Readonly<Record<string, string>>;

export function jsonAnswer(value: unknown, status = 200, headers: Headers = {}): Response {
  return textAnswer(JSON.stringify(value), JSON_TYPE, status, headers);
}

export function textAnswer(body: Body, type: string, status = 200, headers: Headers = {}): Response {
  const init = { status, headers: { "content-type": type, ...headers } };
  if (typeof body !== "string") return new Response(streamed(body), init);
  return new Response(body.length < LARGE ? body : inOneWrite(body), init);
}

/**
 * An answer that will not change any more: 304 without a body to whoever has it.
 * @param content names what is shown
 * @param form    the representation: its type and the query that shaped it
 */
export async function lastingAnswer(
  c: Ctx,
  content: string,
  form: string,
  type: string,
  body: () => Body | Promise<Body>,
): Promise<Response> {
  const etag = entityTag(content, form);
  const headers = { etag, "cache-control": "private, no-cache", vary: "Accept" };
  if (isKnown(c.req.header("if-none-match") ?? null, etag)) return new Response(null, { status: 304, headers });
  return textAnswer(await body(), type, 200, headers);
}
