import { cash, entryBar, entryFee, entryPrice, position, stop, target, unrealizedPnl } from "./account";
import { eventCount, fillCount, pnlOf, tradeCount } from "./book";
import { heldBars, lastMark } from "./simulate";
import { equityStatistics, STATISTICS_FIELDS } from "./statistics";

export { level, reserve, rewind } from "./arena";
export { bindBook } from "./book";
export { configure } from "./settings";
export { countSignals } from "./stretch";
export { bindBars, bindRun, simulate } from "./simulate";
export { equityStatistics, returnStatistics } from "./statistics";

/** Outcome of the last run, one double each; load.ts reads the same order. */
export function describeRun(out: usize): void {
  const mark = lastMark();
  store<f64>(out, <f64>fillCount);
  store<f64>(out, <f64>tradeCount, 8);
  store<f64>(out, <f64>eventCount, 16);
  store<f64>(out, <f64>heldBars, 24);
  store<f64>(out, cash, 32);
  store<f64>(out, position, 40);
  store<f64>(out, <f64>entryBar, 48);
  store<f64>(out, entryPrice, 56);
  store<f64>(out, entryFee, 64);
  store<f64>(out, position == 0 ? 0 : unrealizedPnl(mark), 72);
  store<f64>(out, stop, 80);
  store<f64>(out, target, 88);
}

/** Figures of the last run: the statistics of its equity, then winners, gross profit, gross loss, final equity. */
export function describeTrial(curve: usize, n: i32, riskFree: f64, mar: f64, periodsPerYear: f64, out: usize): void {
  equityStatistics(curve, n, riskFree, mar, periodsPerYear, out);
  let winners = 0;
  let profit: f64 = 0;
  let loss: f64 = 0;
  for (let k = 0; k < tradeCount; k++) {
    const pnl = pnlOf(k);
    if (pnl > 0) {
      winners++;
      profit += pnl;
    } else if (pnl < 0) loss -= pnl;
  }
  const rest = out + (<usize>STATISTICS_FIELDS << 3);
  store<f64>(rest, <f64>winners);
  store<f64>(rest, profit, 8);
  store<f64>(rest, loss, 16);
  store<f64>(rest, load<f64>(curve + (<usize>n << 3)), 24);
}
