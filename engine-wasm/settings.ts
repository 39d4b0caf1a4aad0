import { FILL_CLOSE, FILL_NEXT_OPEN, SIZING_CASH, SIZING_PERCENT_EQUITY, SIZING_SHARES } from "../core/engine/abi.ts";
import type { Execution } from "../core/engine/contract.ts";

const SIZINGS = { percent_equity: SIZING_PERCENT_EQUITY, shares: SIZING_SHARES, cash: SIZING_CASH } as const;

/** The settings of a run in the order in which `configure` of assembly/settings.ts takes them; splits go another way. */
export function settingsOf(execution: Execution): readonly number[] {
  return [
    execution.initialCash,
    execution.fill === "close" ? FILL_CLOSE : FILL_NEXT_OPEN,
    execution.commission,
    execution.commissionFixed,
    execution.slippage,
    SIZINGS[execution.sizing.type],
    execution.sizing.value,
    Number(execution.fractional),
    Number(execution.onInsufficientCash === "reduce"),
    Number(execution.closeAtEnd),
    Number(execution.requireVolume),
    execution.stopLoss ?? Number.NaN,
    execution.takeProfit ?? Number.NaN,
    execution.trailingStop ?? Number.NaN,
  ];
}
