/** Where text stops being JSON: the offset of the first character that fits nowhere, and what was expected there. */
export interface JsonFault {
  readonly at: number;
  readonly expected: string;
}

const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
/** Characters below it stand in strings as escapes alone. */
const FIRST_PRINTED = 0x20;

/**
 * The first fault of a text that a JSON parser refused; null when there is none.
 * @param text nested no deeper than the stack allows
 */
export function jsonFault(text: string): JsonFault | null {
  let at = 0;

  const matches = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const space = () => matches(SPACE);
  const take = (character: string): boolean => {
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const fault = (expected: string): JsonFault => ({ at, expected });

  const string = (): JsonFault | null => {
    at++;
    while (at < text.length) {
      if (take('"')) return null;
      if (text.charCodeAt(at) < FIRST_PRINTED) return fault("a character that a string may hold, or its escape");
      if (text[at] !== "\\") at++;
      else if (!matches(ESCAPE)) return fault("an escape such as \\n or \\u0041");
    }
    return fault('the end of a string (")');
  };

  const members = (close: string, member: () => JsonFault | null): JsonFault | null => {
    at++;
    space();
    if (take(close)) return null;
    while (true) {
      const found = member();
      if (found !== null) return found;
      space();
      if (take(close)) return null;
      if (!take(",")) return fault(`"," or "${close}"`);
      space();
    }
  };
  const field = (): JsonFault | null => {
    if (text[at] !== '"') return fault('a field name in double quotes (")');
    const found = string();
    if (found !== null) return found;
    space();
    if (!take(":")) return fault('":"');
    return value();
  };
  const value = (): JsonFault | null => {
    space();
    const first = text[at];
    if (first === "{") return members("}", field);
    if (first === "[") return members("]", value);
    if (first === '"') return string();
    return matches(WORD) || matches(NUMBER) ? null : fault("a value");
  };

  const found = value();
  if (found !== null) return found;
  space();
  return at < text.length ? fault("the end of the text") : null;
}

/** A place in a text as people count: lines and columns from 1. */
export function lineAndColumn(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: at - lastBreak };
}
