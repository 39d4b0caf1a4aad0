import type { Metric } from "./metric.ts";
import type { TradeLedger } from "./trade-ledger.ts";

export const avgBarsHeld: Metric<TradeLedger> = {
  doc: "Mean of exit bar - entry bar; undefined without a trade.",
  unit: "bars",
  compute: ({ barsHeld, count }) => barsHeld / count,
};

export const maxBarsHeld: Metric<TradeLedger> = {
  doc: "Largest exit bar - entry bar; undefined without a trade.",
  unit: "bars",
  compute: ({ mostBarsHeld }) => mostBarsHeld,
};
