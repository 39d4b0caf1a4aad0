import { type AppError, fail } from "../../core/errors.ts";
import { ok, type Result } from "../../core/result.ts";
import { shown } from "../../core/shown.ts";

/** The place in a list from which the next page goes on; to a caller just text. */
export function cursorAfter(list: string, last: string): string {
  return Buffer.from(`${list}:${last}`).toString("base64url");
}

/**
 * The last item of the page before. Errors: `invalid_request` for a cursor that was not made by this list.
 * @param isItem whether a text can name an item of this list
 */
export function readCursor(
  list: string,
  cursor: string | null,
  isItem: (text: string) => boolean,
): Result<string | null, AppError> {
  if (cursor === null) return ok(null);
  const text = Buffer.from(cursor, "base64url").toString();
  const last = text.slice(list.length + 1);
  if (text.startsWith(`${list}:`) && isItem(last) && cursorAfter(list, last) === cursor) return ok(last);
  const message = `cursor must be the next_cursor of the page before: got ${shown(cursor)}`;
  return fail("invalid_request", message, [{ path: "cursor", message }]);
}
