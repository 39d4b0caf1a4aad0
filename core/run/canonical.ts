import type { Bars } from "../bars.ts";
import type { Execution, Fills } from "../engine/contract.ts";
import type { StrategyChoice } from "../requests/strategy-choice.ts";
import type { StrategyName } from "../strategies/registry.ts";
import type { Direction } from "../strategies/signals.ts";
import type { FoldPlan } from "../sweep/folds.ts";
import type { Grid } from "../sweep/grid.ts";
import type { TrialColumn } from "../sweep/table.ts";
import type { Trials } from "../sweep/trials.ts";

/** A value that JSON can hold, for canonical text. */
type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** JSON with the keys of every object sorted and no white space; numbers in the shortest form that reads back as the same double. */
export function canonicalJson(value: Plain): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`).join(",")}}`;
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** Doubles lie in memory as they are hashed; true of every runtime in use. */
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Columns of doubles as bytes: for each the length as a double, then the values, all little-endian IEEE 754. Every NaN is
 * 0x7ff8000000000000 and -0 is 0, so that equal numbers are equal bytes on every runtime.
 */
export function canonicalColumns(columns: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(columns.reduce((sum, column) => sum + 8 + column.length * 8, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const column of columns) {
    view.setFloat64(at, column.length, true);
    at += 8;
    const copied = LITTLE_ENDIAN && column instanceof Float64Array;
    if (copied) new Float64Array(bytes.buffer, at, column.length).set(column);
    for (let i = 0; i < column.length; i++) {
      const value = column[i]!;
      // Not a number, or one of the two zeros: the copy may have other bits.
      if (copied && value !== 0 && !Number.isNaN(value)) continue;
      if (Number.isNaN(value)) view.setBigUint64(at + i * 8, 0x7ff8000000000000n, true);
      else view.setFloat64(at + i * 8, value + 0, true);
    }
    at += column.length * 8;
  }
  return bytes;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** SHA-256 of parts in a row, in hex. */
export type Sha256 = (parts: readonly Uint8Array<ArrayBuffer>[]) => string | Promise<string>;

/** By what every runtime has, browsers too. */
const anywhere: Sha256 = async (parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const digest = await crypto.subtle.digest("SHA-256", whole);
  let hex = "";
  for (const byte of new Uint8Array(digest)) hex += HEX[byte]!;
  return hex;
};

/** Bars as they are hashed: six columns, time first. */
export function barBytes({ timeMs, open, high, low, close, volume }: Bars): Uint8Array<ArrayBuffer> {
  return canonicalColumns([timeMs, open, high, low, close, volume]);
}

/** The bars' own hash. */
export async function hashBars(bars: Bars): Promise<string> {
  return `sha256:${await anywhere([barBytes(bars)])}`;
}

/** Everything that a result follows from and what it came to; see docs/result-hash.md for the byte form. */
export interface HashedRun {
  /** All bars the run saw, those of the warm-up included. */
  readonly bars: Bars;
  /** The same as `barBytes` gives them, where they are at hand. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly warmupBars: number;
  readonly strategy: StrategyChoice;
  readonly execution: Execution;
  readonly fills: Fills;
  readonly equity: Float64Array;
  /** Signals that the caller gave, one a bar of the range; null where the strategy made them. */
  readonly givenSignals: Int8Array | null;
}

/**
 * The same for the same backtest on every engine and runtime, and different when a bar, a setting, a fill or the equity differs.
 * @param sha256 a faster way to the same digest, where the runtime has one
 */
export async function hashRun(run: HashedRun, sha256: Sha256 = anywhere): Promise<string> {
  const { strategy } = run;
  const settings = settingsLine(run, strategy.name, strategy.direction, { params: strategy.params });
  const columns = [...fillColumns(run.fills), run.equity, ...(run.givenSignals === null ? [] : [run.givenSignals])];
  return `sha256:${await sha256([settings, run.bytes ?? barBytes(run.bars), canonicalColumns(columns)])}`;
}

/** What a sweep follows from and what it came to, in whole numbers that every kernel agrees on; see docs/result-hash.md for the byte form. */
export interface HashedSweep extends Pick<HashedRun, "bars" | "bytes" | "warmupBars" | "execution"> {
  readonly strategy: StrategyName;
  readonly direction: Direction;
  readonly grid: Grid;
  readonly trials: Pick<Trials, "trades" | "fills" | "ledger">;
}

/**
 * The same for the same sweep by every kernel, engine and runtime, and different when a bar, a setting, the parameters of a trial or the bars and sides of
 * its fills differ.
 */
export async function hashSweep(sweep: HashedSweep, sha256: Sha256 = anywhere): Promise<string> {
  const { grid, trials } = sweep;
  const settings = settingsLine(sweep, sweep.strategy, sweep.direction, { axes: plainAxes(grid) });
  const columns = [grid.choices, trials.trades, trials.fills, trials.ledger];
  return `sha256:${await sha256([settings, sweep.bytes ?? barBytes(sweep.bars), canonicalColumns(columns)])}`;
}

/** What a walk-forward follows from, the choice of every fold, and what trading it out of sample came to; see docs/walk-forward.md for the byte form. */
export interface HashedWalkForward extends Omit<HashedSweep, "trials"> {
  readonly objective: TrialColumn;
  readonly plan: FoldPlan;
  /** One trial a fold, in the order of the grid; null where a fold has none. */
  readonly chosen: readonly (number | null)[];
  /** Of all out-of-sample windows; bars count from the first of them. */
  readonly fills: Fills;
  readonly equity: Float64Array;
}

/** The same for the same walk-forward by every kernel, engine and runtime, and different when a bar, a setting, a choice, a fill or the equity differs. */
export async function hashWalkForward(run: HashedWalkForward, sha256: Sha256 = anywhere): Promise<string> {
  const { grid, plan, objective } = run;
  const settings = settingsLine(run, run.strategy, run.direction, {
    axes: plainAxes(grid),
    objective,
    mode: plan.mode,
    in_sample_bars: plan.inSampleBars,
    out_of_sample_bars: plan.outOfSampleBars,
    purge_bars: plan.purgeBars,
    embargo_bars: plan.embargoBars,
  });
  const chosen = run.chosen.map((trial) => trial ?? -1);
  const columns = [grid.choices, chosen, ...fillColumns(run.fills), run.equity];
  return `sha256:${await sha256([settings, run.bytes ?? barBytes(run.bars), canonicalColumns(columns)])}`;
}

function plainAxes({ axes }: Grid): Plain {
  return axes.map(({ name, values }) => ({ name, values }));
}

function fillColumns({ bar, side, reason, quantity, basePrice, price, fee }: Fills): readonly ArrayLike<number>[] {
  return [bar, side, reason, quantity, basePrice, price, fee];
}

/** One line of canonical JSON: every setting that can change a fill. */
function settingsLine(
  { execution, warmupBars }: Pick<HashedRun, "execution" | "warmupBars">,
  strategy: string,
  direction: Direction,
  params: { readonly [key: string]: Plain },
): Uint8Array<ArrayBuffer> {
  const inputs = canonicalJson({
    ...params,
    close_at_end: execution.closeAtEnd,
    commission: execution.commission,
    commission_fixed: execution.commissionFixed,
    direction,
    fill: execution.fill,
    fractional: execution.fractional,
    initial_cash: execution.initialCash,
    on_insufficient_cash: execution.onInsufficientCash,
    require_volume: execution.requireVolume,
    sizing: { type: execution.sizing.type, value: execution.sizing.value },
    slippage: execution.slippage,
    splits: execution.splits.map(({ bar, ratio }) => ({ bar, ratio })),
    stop_loss: execution.stopLoss,
    strategy,
    take_profit: execution.takeProfit,
    trailing_stop: execution.trailingStop,
    version: 1,
    warmup: warmupBars,
  });
  return new TextEncoder().encode(`${inputs}\n`);
}
