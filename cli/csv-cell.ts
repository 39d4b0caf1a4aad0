/** A value of a CSV file: a number in full precision, one that is undefined empty. */
export function csvCell(value: string | number | boolean | null): string {
  return value === null || Number.isNaN(value) ? "" : String(value);
}
