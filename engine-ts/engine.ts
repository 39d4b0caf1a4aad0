import type { Bars } from "../core/bars.ts";
import { checkBars, checkRun } from "../core/engine/check.ts";
import type { Engine, Execution, Rates, Simulation, Simulator, Trial } from "../core/engine/contract.ts";
import { VERSION } from "../core/version.ts";
import { simulate } from "./simulate.ts";
import { equityStatistics, returnStatistics } from "./statistics.ts";

/** The engine in plain TypeScript: the one to read and to check against the definitions. */
export const engineTs: Engine = {
  name: "ts",
  version: VERSION,
  prepare: (bars) => new PlainSimulator(bars),
  equityStatistics,
  returnStatistics,
};

class PlainSimulator implements Simulator {
  private bars: Bars | null;

  constructor(bars: Bars) {
    checkBars(bars);
    this.bars = bars;
  }

  simulate(signals: Int8Array, execution: Execution): Simulation {
    const bars = this.bars;
    if (bars === null) throw new Error("this simulator was disposed of: prepare the bars again");
    checkRun(bars.close.length, signals, execution);
    return simulate(bars, signals, execution);
  }

  evaluate(signals: Int8Array, execution: Execution, rates: Rates): Trial {
    const run = this.simulate(signals, execution);
    const curve = new Float64Array(run.equity.length + 1);
    curve[0] = execution.initialCash;
    curve.set(run.equity, 1);
    return describeTrial(run, curve, rates);
  }

  [Symbol.dispose](): void {
    this.bars = null;
  }
}

function describeTrial(run: Simulation, curve: Float64Array, rates: Rates): Trial {
  const { pnl } = run.trades;
  let winners = 0;
  let grossProfit = 0;
  let grossLoss = 0;
  for (const value of pnl) {
    if (value > 0) {
      winners++;
      grossProfit += value;
    } else if (value < 0) grossLoss -= value;
  }
  const finalEquity = curve[curve.length - 1]!;
  return {
    ...equityStatistics(curve, rates),
    finalEquity,
    totalReturn: run.equity.length === 0 ? Number.NaN : finalEquity / curve[0]! - 1,
    fills: run.fills.bar.length,
    trades: pnl.length,
    winners,
    grossProfit,
    grossLoss,
    heldBars: run.heldBars,
  };
}
