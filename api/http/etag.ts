/** A strong entity tag of an answer that will not change: what it shows, and in which form. */
export function entityTag(content: string, form: string): string {
  return `"${content}.${form}"`;
}

/** Whether `If-None-Match` holds this tag (compared weakly, as RFC 9110 asks) or `*`. */
export function isKnown(ifNoneMatch: string | null, tag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return ifNoneMatch.split(",").some((given) => given.trim().replace(/^W\//, "") === tag);
}
