import { breach, type GateRule, PRICES } from "../rule.ts";

export const notFinite: GateRule = {
  doc: "NaN among numbers, or an infinity: refused",
  check(series) {
    const found = new Map<number, string>();
    for (const cell of series.oddCells) if (cell.kind === "nan") found.set(cell.position, `${cell.column} is ${cell.text}`);
    for (const column of [...PRICES, "volume"] as const) {
      const values = series[column];
      if (values === null) continue;
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (value === Infinity || value === -Infinity) found.set(i, `${column} is ${value}`);
      }
    }
    const positions = [...found.keys()].sort((a, b) => a - b);
    return breach("refuse", positions, "numbers are not finite", (i) => `${found.get(i)}, a finite number belongs there`);
  },
};
