import { perDrawdown } from "../metrics/drawdown-ratios.ts";
import { shareHeld } from "../metrics/exposure.ts";
import { annualGrowth, yearsOf } from "../metrics/growth.ts";
import type { SeriesSettings } from "../metrics/series.ts";
import { shareWon } from "../metrics/trade-counts.ts";
import { profitOverLoss } from "../metrics/trade-profit.ts";
import { annualVolatility } from "../metrics/volatility.ts";
import { finiteOrNaN } from "../statistics/ratio.ts";
import type { Grid } from "./grid.ts";
import type { TrialColumn, TrialTable } from "./table.ts";
import type { Trials } from "./trials.ts";

/** What turns the raw figures of trials into those that are shown. */
export interface TableSettings extends Pick<SeriesSettings, "yearBasis" | "periodsPerYear"> {
  /** The bars of the range; the first one's time is that of the starting capital too. */
  readonly timeMs: Float64Array;
}

/**
 * The table of a sweep: figures as the metrics of a single run have them, undefined (NaN) in the same cases.
 * @throws {RangeError} when the trials are not those of the grid
 */
export function completeTable(trials: Trials, grid: Grid, settings: TableSettings): TrialTable {
  const n = grid.trials;
  if (trials.trades.length !== n) throw new RangeError(`a grid of ${n} trials needs as many rows: got ${trials.trades.length}`);
  const { timeMs, periodsPerYear } = settings;
  const years = yearsOf(settings, timeMs, trials.bars);
  const column = (of: (trial: number) => number) => {
    const values = new Float64Array(n);
    for (let trial = 0; trial < n; trial++) values[trial] = finiteOrNaN(of(trial));
    return values;
  };
  const kept = (values: Float64Array) => column((trial) => values[trial]!);
  const { totalReturn, sharpe, sortino, volatility, maxDrawdown, winners, grossProfit, grossLoss, heldBars } = trials;
  const cagr = column((trial) => annualGrowth(totalReturn[trial]!, years));
  return {
    grid,
    columns: {
      total_return: kept(totalReturn),
      cagr,
      sharpe: kept(sharpe),
      sortino: kept(sortino),
      volatility_ann: column((trial) => annualVolatility(volatility[trial]!, periodsPerYear)),
      max_drawdown: kept(maxDrawdown),
      calmar: column((trial) => perDrawdown(cagr[trial]!, maxDrawdown[trial]!)),
      trades: kept(trials.trades),
      win_rate: column((trial) => shareWon(winners[trial]!, trials.trades[trial]!)),
      profit_factor: column((trial) => profitOverLoss(grossProfit[trial]!, grossLoss[trial]!)),
      exposure: column((trial) => shareHeld(heldBars[trial]!, trials.bars)),
    } satisfies Record<TrialColumn, Float64Array>,
  };
}
