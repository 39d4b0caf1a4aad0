import { DoubleDouble } from "../exact/double-double.ts";
import { blankColumn, defineIndicator } from "./indicator.ts";
import { typicalPrice } from "./typical-price.ts";

const DAY_MS = 86_400_000;

export const vwap = defineIndicator({
  doc: "Volume-weighted average of the typical price since the start of the session (the UTC day where none is given).",
  params: {},
  outputs: ["value"],
  barsNeeded: () => 1,
  compute: (columns) => {
    const { timeMs, volume } = columns;
    const session = columns.session ?? timeMs.map((ms) => Math.floor(ms / DAY_MS));
    const price = typicalPrice(columns);
    const value = blankColumn(price.length);
    const money = new DoubleDouble();
    let units = 0;
    for (let i = 0; i < price.length; i++) {
      if (i > 0 && session[i] !== session[i - 1]) {
        money.set(0);
        units = 0;
      }
      money.addProduct(price[i]!, volume[i]!);
      units += volume[i]!;
      if (units > 0) value[i] = money.quotient(units);
    }
    return { value };
  },
});
