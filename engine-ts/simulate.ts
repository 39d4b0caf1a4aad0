import type { Bars } from "../core/bars.ts";
import { EVENT_EXPIRED, EVENT_RUIN, REASON_END, REASON_RUIN, SIGNAL_NONE } from "../core/engine/abi.ts";
import { capacity } from "../core/engine/columns.ts";
import type { Execution, Simulation } from "../core/engine/contract.ts";
import { Account } from "./account.ts";

/**
 * One run over all bars, in the order that the definitions give for a bar: splits; at the open the pending order, then a
 * stop or target that the open lies beyond; inside the bar the stop, else the target; the trailing level; at the close the
 * signal (filled there with `fill: close`), then equity.
 *
 * A bar without prices fills nothing, its orders wait and equity is carried at the last close. With `requireVolume` a bar
 * without volume fills nothing either, but its prices still mark the position and move the trailing level.
 *
 * @param signals one SIGNAL_* a bar
 */
export function simulate(bars: Bars, signals: Int8Array, execution: Execution): Simulation {
  const { open, high, low, close, volume } = bars;
  const n = close.length;
  const atClose = execution.fill === "close";
  const account = new Account(execution, capacity(countSignals(signals), execution.splits.length));
  const equity = new Float64Array(n);
  let order: number = SIGNAL_NONE;
  let mark = 0;
  let heldBars = 0;
  let nextSplit = 0;
  let ruined = false;

  for (let i = 0; i < n; i++) {
    if (ruined) {
      equity[i] = account.cash;
      continue;
    }
    const priced = !Number.isNaN(close[i]!);
    const tradable = priced && !(execution.requireVolume && volume[i] === 0);

    const split = execution.splits[nextSplit];
    if (split?.bar === i) {
      nextSplit++;
      mark /= split.ratio;
      account.split(i, split.ratio, priced ? open[i]! : mark);
    }

    if (tradable) {
      if (!atClose && order !== SIGNAL_NONE) {
        account.execute(i, order, open[i]!);
        order = SIGNAL_NONE;
      }
      account.leaveOnGap(i, open[i]!);
    }
    if (account.position !== 0) heldBars++;
    if (tradable) account.leaveInside(i, open[i]!, high[i]!, low[i]!);
    if (priced) {
      account.trail(high[i]!, low[i]!);
      mark = close[i]!;
    }

    if (signals[i] !== SIGNAL_NONE) order = account.ignores(signals[i]!) ? SIGNAL_NONE : signals[i]!;
    if (tradable && atClose && order !== SIGNAL_NONE) {
      account.execute(i, order, mark);
      order = SIGNAL_NONE;
    }
    const last = i === n - 1;
    if (last && order !== SIGNAL_NONE) account.event(i, EVENT_EXPIRED, order, 0, 0);

    equity[i] = account.cash + account.position * mark;
    if (equity[i]! <= 0 && account.position !== 0) {
      account.close(i, mark, REASON_RUIN);
      equity[i] = account.cash;
      ruined = true;
    } else if (last && execution.closeAtEnd && account.position !== 0) {
      account.close(i, mark, REASON_END);
      equity[i] = account.cash;
    }
    if (ruined || equity[i]! <= 0) {
      account.event(i, EVENT_RUIN, SIGNAL_NONE, 0, 0);
      ruined = true;
    }
  }

  return { equity, ...account.record(), openPosition: account.openPosition(mark), heldBars, finalCash: account.cash };
}

function countSignals(signals: Int8Array): number {
  let count = 0;
  for (let i = 0; i < signals.length; i++) if (signals[i] !== SIGNAL_NONE) count++;
  return count;
}
