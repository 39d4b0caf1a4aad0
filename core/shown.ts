/** How much of an offending value a message shows. */
const LONGEST = 60;

/** An offending value as it was given, cut to a length that fits a message; no value is too large or too deep. */
export function shown(value: unknown): string {
  const text = told(value, LONGEST);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** A value as JSON, left off where it is longer than `room`. */
function told(value: unknown, room: number): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.slice(0, LONGEST));
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value !== "object" || value === null) return String(value);
  const list = Array.isArray(value);
  const parts: Iterable<readonly [string | number, unknown]> = list ? value.entries() : Object.entries(value);
  let text = list ? "[" : "{";
  for (const [key, part] of parts) {
    if (text.length > room) return text;
    if (text.length > 1) text += ",";
    if (!list) text += `${told(key, room)}:`;
    text += told(part, room - text.length);
  }
  return text + (list ? "]" : "}");
}
