import { CSV_TYPE, JSON_TYPE, textAnswer } from "./answer.ts";
import { csvTable } from "./csv.ts";
import type { Ctx } from "./env.ts";
import { prefersCsv } from "./media-type.ts";

/** Items a page holds where a request does not say. */
export const STANDARD_LIMIT = 50;

/**
 * A page of a list: `{"items": […], "next_cursor": …}`, or CSV, which names the next page in a `Link` header.
 * @param columns of the CSV form, also for an empty page
 */
export function listAnswer(c: Ctx, columns: readonly string[], items: readonly object[], nextCursor: string | null): Response {
  if (!prefersCsv(c.req.header("accept") ?? null)) {
    return textAnswer(JSON.stringify({ items, next_cursor: nextCursor }), JSON_TYPE, 200, { vary: "Accept" });
  }
  return textAnswer(csvTable(columns, items), CSV_TYPE, 200, { vary: "Accept", ...nextLink(c, nextCursor) });
}

/** The header that leads to the next page, where there is one. */
export function nextLink(c: Ctx, cursor: string | null): Readonly<Record<string, string>> {
  if (cursor === null) return {};
  const url = new URL(c.req.url);
  url.searchParams.set("cursor", cursor);
  return { link: `<${url.pathname}${url.search}>; rel="next"` };
}
