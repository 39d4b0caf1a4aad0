import type { Grid } from "./grid.ts";

/** Trials of one kind of average as pairs of windows. */
export interface PairGroup {
  readonly average: "sma" | "ema" | "wma";
  /** Every window that a trial has, ascending, each once. */
  readonly windows: Int32Array;
  readonly trials: number;
  /** Length trials: which window is the fast one. */
  readonly fast: Int32Array;
  readonly slow: Int32Array;
  /** Length trials: which trial of the grid it is; null when the group is the grid. */
  readonly places: Int32Array | null;
}

const AVERAGES = ["sma", "ema", "wma"] as const satisfies readonly PairGroup["average"][];

/** A grid is asked for its pairs by the plan, for its memory and by the kernel. */
const known = new WeakMap<Grid, readonly PairGroup[]>();

/** The trials of `ma_crossover` by kind of average. */
export function pairGroups(grid: Grid): readonly PairGroup[] {
  const groups = known.get(grid) ?? grouped(grid);
  known.set(grid, groups);
  return groups;
}

function grouped({ axes, choices, trials }: Grid): readonly PairGroup[] {
  const axis = (name: string) => {
    const at = axes.findIndex((candidate) => candidate.name === name);
    return { values: axes[at]?.values ?? [], at };
  };
  const fast = axis("fast");
  const slow = axis("slow");
  const average = axis("average");
  const chosen = ({ at }: { readonly at: number }, trial: number) => choices[trial * axes.length + at]!;
  return AVERAGES.flatMap((kind) => {
    const wanted = average.values.indexOf(kind);
    if (wanted < 0) return [];
    const places: number[] = [];
    for (let trial = 0; trial < trials; trial++) if (chosen(average, trial) === wanted) places.push(trial);
    if (places.length === 0) return [];
    const used = new Set<number>();
    for (const trial of places) used.add(Number(fast.values[chosen(fast, trial)])).add(Number(slow.values[chosen(slow, trial)]));
    const windows = Int32Array.from(used).sort();
    const rank = new Map(Array.from(windows, (window, k) => [window, k]));
    const rankOf = (side: typeof fast) => {
      const ranks = side.values.map((value) => rank.get(Number(value)) ?? -1);
      return Int32Array.from(places, (trial) => ranks[chosen(side, trial)]!);
    };
    return [
      {
        average: kind,
        windows,
        trials: places.length,
        fast: rankOf(fast),
        slow: rankOf(slow),
        places: places.length === trials ? null : Int32Array.from(places),
      },
    ];
  });
}

/** Share of all pairs of its windows that a group tries. */
export function pairShare({ windows, trials }: PairGroup): number {
  return trials / ((windows.length * (windows.length - 1)) / 2);
}
