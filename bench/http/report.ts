import { median, type Table, writeReceipt } from "../receipt.ts";

/** How long a suite may take: a receipt, or a trial that writes nothing. */
export interface Effort {
  readonly quick: boolean;
  readonly rounds: number;
}

export const FULL: Effort = { quick: false, rounds: 3 };
export const QUICK: Effort = { quick: true, rounds: 1 };

/** A receipt in profiles/<id>/; a quick run only shows its table. */
export function report({ quick }: Effort, id: string, name: string, suite: string, results: unknown, table: Table): void {
  if (!quick) {
    writeReceipt(id, name, `bun run bench ${suite}`, results, table);
    return;
  }
  const shown = table.rows.map((row) => Object.fromEntries(table.columns.map((column, at) => [column, row[at]])));
  console.log(`${id} ${name}, quick: ${table.title}\n${Bun.inspect.table(shown)}`);
}

/** "median (least-most)" of one figure over rounds. */
export function spread(values: readonly number[], shown: (value: number) => string): string {
  const mid = shown(median(values));
  return values.length === 1 ? mid : `${mid} (${shown(Math.min(...values))}-${shown(Math.max(...values))})`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
