import { FILL_COLUMNS, makeColumns, TRADE_COLUMNS, zeroColumns } from "../engine/columns.ts";
import type { Simulation } from "../engine/contract.ts";

/** What a stretch of bars held and traded. */
export type Stretch = Pick<Simulation, "fills" | "trades" | "heldBars">;

/** Columns that count bars. */
const BAR_COLUMNS: readonly string[] = ["bar", "entryBar", "exitBar"];

interface Part {
  /** Added to every bar. */
  readonly bar: number;
  readonly rows: Readonly<Record<string, ArrayLike<number>>>;
}

/** A stretch in which nothing was held. */
export function idleStretch(): Stretch {
  return { fills: zeroColumns(FILL_COLUMNS, 0), trades: zeroColumns(TRADE_COLUMNS, 0), heldBars: 0 };
}

/**
 * Stretches as one, in the order given.
 * @param firstBars where each begins: added to the bars of its fills and trades
 */
export function stitched(stretches: readonly Stretch[], firstBars: readonly number[]): Stretch {
  const part = (rows: Part["rows"], k: number) => ({ bar: firstBars[k]!, rows });
  return {
    fills: joined(
      FILL_COLUMNS,
      stretches.map(({ fills }, k) => part({ ...fills }, k)),
    ),
    trades: joined(
      TRADE_COLUMNS,
      stretches.map(({ trades }, k) => part({ ...trades }, k)),
    ),
    heldBars: stretches.reduce((sum, { heldBars }) => sum + heldBars, 0),
  };
}

function joined<S extends typeof FILL_COLUMNS | typeof TRADE_COLUMNS>(schema: S, parts: readonly Part[]) {
  return makeColumns(schema, (kind, name) => {
    const column = new kind(parts.reduce((rows, part) => rows + part.rows[name]!.length, 0));
    let at = 0;
    for (const { bar, rows } of parts) {
      const values = rows[name]!;
      const more = BAR_COLUMNS.includes(name) ? bar : 0;
      for (let i = 0; i < values.length; i++) column[at++] = values[i]! + more;
    }
    return column;
  });
}
