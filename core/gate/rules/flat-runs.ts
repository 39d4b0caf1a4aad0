import { breach, type GateRule } from "../rule.ts";

/** Bars in a row with one close from which on a warning is given: two weeks of daily bars. */
const LONG_RUN = 10;

export const flatRuns: GateRule = {
  doc: `${LONG_RUN} bars or more in a row with one closing price: a warning`,
  check({ close }) {
    const lengths = new Map<number, number>();
    let start = 0;
    for (let i = 1; i <= close.length; i++) {
      if (i < close.length && close[i] === close[start]) continue;
      if (i - start >= LONG_RUN) lengths.set(start, i - start);
      start = i;
    }
    return breach("warn", [...lengths.keys()], "the closing price stands still for long", (i) => {
      return `close ${close[i]} is repeated for ${lengths.get(i)} bars`;
    });
  },
};
