import { finiteOrNaN } from "../statistics/ratio.ts";

/** `money` is in the quote currency, `fraction` 0.01 is 1 %, `index` counts the points of the equity curve, the starting capital being 0. */
export type Unit = "money" | "fraction" | "ratio" | "probability" | "years" | "bars" | "count" | "index";

/** One figure about an input of type C, declared once: its meaning, its unit, and how it is computed. NaN means undefined. */
export interface Metric<C> {
  readonly doc: string;
  readonly unit: Unit;
  readonly compute: (input: C) => number;
}

/** Metrics by the name that the API shows, in the order in which they are shown. */
export type MetricRegistry<C, N extends string = string> = Readonly<Record<N, Metric<C>>>;

/** Every metric of a registry: NaN where undefined, never an infinity, never -0. */
export function computeAll<C, N extends string>(registry: MetricRegistry<C, N>, input: C): Record<N, number> {
  const values: Partial<Record<N, number>> = {};
  for (const name in registry) values[name] = finiteOrNaN(registry[name].compute(input));
  if (!holdsEvery(registry, values)) throw new TypeError("a metric of the registry has no value");
  return values;
}

function holdsEvery<N extends string>(
  names: Readonly<Record<N, unknown>>,
  values: Partial<Record<N, number>>,
): values is Record<N, number> {
  for (const name in names) if (values[name] === undefined) return false;
  return true;
}
