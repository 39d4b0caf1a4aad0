import { pairGroups, pairShare } from "./pairs.ts";
import type { SweepTask } from "./sweeper.ts";
import type { SweepKernel } from "./trials.ts";

/** Below this share of all pairs, keeping every line in order finds more crossings of pairs that nobody asked for than comparing each pair costs. */
const LEAST_PAIR_SHARE = 0.2;

/** What a task allows, the fastest kernel first; `plain` runs anything. */
export function kernelsFor(task: SweepTask): readonly SweepKernel[] {
  if (!fitsTables(task)) return ["dense", "plain"];
  return task.strategy === "ma_crossover" ? ["sorted", "sparse", "dense", "plain"] : ["sparse", "dense", "plain"];
}

/** The kernel that a sweep runs unless it is told. */
export function plannedKernel(task: SweepTask): SweepKernel {
  const [first = "plain"] = kernelsFor(task);
  if (first !== "sorted") return first;
  return pairGroups(task.whole ?? task.grid).every((group) => pairShare(group) >= LEAST_PAIR_SHARE) ? "sorted" : "sparse";
}

/**
 * Whether a trade can be told from tables over prices: long or flat with all equity, filled at the next open, nothing that ends it but a signal, and no bar
 * with prices at which it could not be filled.
 */
function fitsTables({ bars, from, direction, execution }: SweepTask): boolean {
  const { sizing, commission, slippage } = execution;
  const last = bars.close.length - 1;
  return (
    direction === "long" &&
    execution.fill === "next_open" &&
    sizing.type === "percent_equity" &&
    sizing.value === 1 &&
    execution.fractional &&
    execution.commissionFixed === 0 &&
    commission < 1 &&
    slippage < 1 &&
    execution.stopLoss === null &&
    execution.takeProfit === null &&
    execution.trailingStop === null &&
    execution.splits.length === 0 &&
    !(
      execution.requireVolume &&
      bars.volume.subarray(from).some((volume, i) => volume === 0 && !Number.isNaN(bars.close[from + i]!))
    ) &&
    !(execution.closeAtEnd && last >= from && Number.isNaN(bars.close[last]!))
  );
}
