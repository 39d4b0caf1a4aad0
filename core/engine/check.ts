import type { Bars } from "../bars.ts";
import type { Execution } from "./contract.ts";

/**
 * The engine's own guard: wrong lengths and settings out of range are bugs of the caller, not conditions to live with.
 * @throws {RangeError} naming the value and what is allowed
 */
export function checkRun(barCount: number, signals: Int8Array, execution: Execution): void {
  if (signals.length !== barCount)
    throw new RangeError(`signals has length ${signals.length}, bars ${barCount}: they must be equal`);
  const { initialCash, commission, commissionFixed, slippage, sizing, stopLoss, takeProfit, trailingStop, splits } = execution;
  demand(initialCash > 0, "initialCash", initialCash, "> 0");
  demand(commission >= 0 && commission < 1, "commission", commission, ">= 0 and < 1");
  demand(commissionFixed >= 0, "commissionFixed", commissionFixed, ">= 0");
  demand(slippage >= 0 && slippage < 1, "slippage", slippage, ">= 0 and < 1");
  demand(sizing.value > 0, "sizing.value", sizing.value, "> 0");
  if (stopLoss !== null) demand(stopLoss > 0, "stopLoss", stopLoss, "> 0 or null");
  if (takeProfit !== null) demand(takeProfit > 0, "takeProfit", takeProfit, "> 0 or null");
  if (trailingStop !== null) demand(trailingStop > 0, "trailingStop", trailingStop, "> 0 or null");
  let last = -1;
  for (const split of splits) {
    demand(
      Number.isInteger(split.bar) && split.bar > last && split.bar < barCount,
      "split.bar",
      split.bar,
      `an integer above ${last}, below ${barCount}`,
    );
    demand(split.ratio > 0, "split.ratio", split.ratio, "> 0");
    last = split.bar;
  }
}

/** @throws {RangeError} when the columns differ in length */
export function checkBars(bars: Bars): void {
  const n = bars.close.length;
  for (const [name, column] of Object.entries(bars)) {
    if (column.length !== n) throw new RangeError(`bars.${name} has length ${column.length}, close ${n}: they must be equal`);
  }
}

function demand(holds: boolean, name: string, value: number, allowed: string): void {
  if (!holds || !Number.isFinite(value)) throw new RangeError(`${name} is ${value}, allowed: finite and ${allowed}`);
}
