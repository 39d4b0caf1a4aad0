import { err, ok, type Result } from "../result.ts";
import { shown } from "../shown.ts";

const COMPARISONS = ["<=", ">=", "<", ">"] as const;
type Comparison = (typeof COMPARISONS)[number];

/** What must hold between two numbers, each a parameter by its name or a value. */
export interface Constraint {
  readonly left: string | number;
  readonly comparison: Comparison;
  readonly right: string | number;
}

const SHAPE = /^\s*([\w.+-]+?)\s*(<=|>=|<|>)\s*([\w.+-]+)\s*$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A constraint such as `fast < slow` or `slow >= 50`.
 * @param names the parameters that hold numbers
 * @returns the constraint, or what is allowed and what was found
 */
export function parseConstraint(text: string, names: readonly string[]): Result<Constraint, string> {
  const [, left, comparison, right] = SHAPE.exec(text) ?? [];
  const known = COMPARISONS.find((sign) => sign === comparison);
  const sides = [left, right].map((side) => operand(side ?? "", names));
  const [first, second] = sides;
  const named = sides.some((side) => typeof side === "string");
  if (known !== undefined && first !== undefined && second !== undefined && named)
    return ok({ left: first, comparison: known, right: second });
  const among = names.length === 0 ? "there are none here" : names.join(", ");
  return err(
    `must compare a parameter with another or with a number by <, <=, > or >=, such as "fast < slow" or "slow >= 50"; parameters with numbers: ${among}; got ${shown(text)}`,
  );
}

function operand(text: string, names: readonly string[]): string | number | undefined {
  if (names.includes(text)) return text;
  return NUMBER.test(text) ? Number(text) : undefined;
}

export function constraintText({ left, comparison, right }: Constraint): string {
  return `${left} ${comparison} ${right}`;
}
