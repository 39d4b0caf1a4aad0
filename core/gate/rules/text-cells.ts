import { excerpt } from "../raw-bars.ts";
import { breach, type GateRule } from "../rule.ts";

export const textCells: GateRule = {
  doc: "text where a number belongs: refused",
  check({ oddCells }) {
    const text = oddCells.filter((cell) => cell.kind === "text");
    return breach("refuse", [...new Set(text.map((cell) => cell.position))], "text stands where a number belongs", (i) =>
      text
        .filter((cell) => cell.position === i)
        .map((cell) => `${cell.column} is ${JSON.stringify(excerpt(cell.text))} where a number such as 101.25 belongs`)
        .join("; "),
    );
  },
};
