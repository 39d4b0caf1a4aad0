/** A content type without its parameters, in lower case, and its charset, if it names one. */
export interface MediaType {
  readonly type: string;
  readonly charset: string | null;
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)"?/i;

/** Null where there is none. */
export function parseMediaType(header: string | null): MediaType | null {
  if (header === null) return null;
  const end = header.indexOf(";");
  if (end === -1) return { type: header.trim().toLowerCase(), charset: null };
  return { type: header.slice(0, end).trim().toLowerCase(), charset: CHARSET.exec(header)?.[1]?.toLowerCase() ?? null };
}

/** Text that every reader of UTF-8 understands. */
export function isUtf8({ charset }: MediaType): boolean {
  return charset === null || charset === "utf-8" || charset === "utf8" || charset === "us-ascii";
}

/** Whether an Accept header prefers CSV to JSON; on a tie JSON wins, and so it does where neither is asked for. */
export function prefersCsv(accept: string | null): boolean {
  if (accept === null || !/text\//i.test(accept)) return false;
  return weightOf(accept, ["text/csv", "text/*"]) > weightOf(accept, ["application/json", "application/*", "*/*"]);
}

/** The weight of the first of `names` that a header holds; 0 where it holds none. */
function weightOf(accept: string, names: readonly string[]): number {
  const ranges = accept.split(",").map((range) => range.trim().toLowerCase());
  for (const name of names) {
    const range = ranges.find((given) => given === name || given.startsWith(`${name};`) || given.startsWith(`${name} `));
    if (range === undefined) continue;
    const weight = /;\s*q\s*=\s*([^;\s]*)/.exec(range)?.[1];
    return weight === undefined ? 1 : Number(weight) || 0;
  }
  return 0;
}
