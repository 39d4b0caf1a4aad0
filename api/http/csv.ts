type Cell = string | number | boolean | null;

const FORMULA = /^[=+\-@\t\r]/;
const SPECIAL = /[",\r\n]/;

/**
 * One cell. A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers; null and
 * what is no number are empty.
 */
export function csvCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  if (typeof value === "boolean") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line with its end (RFC 4180). */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/**
 * JSON objects as a table: a column for each of `columns`, then for each further name that occurs; the fields of an object inside an object
 * are named `params.fast`, lists are JSON text.
 */
export function csvTable(columns: readonly string[], items: readonly object[]): string {
  const rows = items.map((item) => flat(item));
  const names = [...new Set([...columns, ...rows.flatMap((row) => [...row.keys()])])];
  return csvLine(names) + rows.map((row) => csvLine(names.map((name) => row.get(name) ?? null))).join("");
}

function flat(item: object, prefix = ""): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const [name, value] of Object.entries(item)) {
    const path = prefix + name;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [inner, cell] of flat(value, `${path}.`)) cells.set(inner, cell);
    } else cells.set(path, typeof value === "object" && value !== null ? JSON.stringify(value) : (value ?? null));
  }
  return cells;
}
