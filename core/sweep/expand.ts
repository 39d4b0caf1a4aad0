import { type AppError, fail } from "../errors.ts";
import { ok, type Result } from "../result.ts";
import { type Constraint, constraintText } from "./constraints.ts";
import type { Axis, Grid } from "./grid.ts";

/** The most combinations of values that are looked through for those that keep the constraints. */
export const MOST_COMBINATIONS = 20_000_000;
/** The most combinations that may be left. */
export const MOST_TRIALS = 1_000_000;

/**
 * Every combination of values that keeps the constraints, in grid order.
 * Errors: `invalid_request` when none is left, `too_costly` when more than MOST_TRIALS are.
 *
 * @param axes at most MOST_COMBINATIONS combinations; without an axis there is one trial
 */
export function expandGrid(axes: readonly Axis[], constraints: readonly Constraint[]): Result<Grid, AppError> {
  const combinations = axes.reduce((product, { values }) => product * values.length, 1);
  const choices = axes.length === 0 ? new Int32Array(0) : keptChoices(axes, constraints);
  if (choices === null) {
    const message = `params leave more than ${MOST_TRIALS} trials out of ${combinations} combinations, the limit is ${MOST_TRIALS}; take fewer values`;
    return fail("too_costly", message, [{ path: "params", message }]);
  }
  const trials = axes.length === 0 ? 1 : choices.length / axes.length;
  if (trials === 0) {
    const broken = constraints.map(constraintText).join(", ");
    const message = `params leave no trial: each of ${combinations} combinations breaks one of ${broken}`;
    return fail("invalid_request", message, [{ path: "params", message }]);
  }
  return ok({ axes, trials, skipped: combinations - trials, choices });
}

/** Row by row as Grid.choices; null for too many. A constraint is looked at as soon as the axes before have settled it. */
function keptChoices(axes: readonly Axis[], constraints: readonly Constraint[]): Int32Array | null {
  const levels = axes.length;
  const checks = constraints.map((constraint) => checkOver(constraint, axes));
  const checksAt = axes.map((_, level) => checks.filter((check) => check.level === level));
  const most = MOST_TRIALS * levels;
  let kept = new Int32Array(levels * 1024);
  let size = 0;
  const at = new Int32Array(levels);
  let level = 0;
  while (level >= 0) {
    if (at[level] === axes[level]!.values.length) {
      level--;
      if (level >= 0) at[level]!++;
    } else if (!checksAt[level]!.every((check) => holds(check, at))) at[level]!++;
    else if (level < levels - 1) at[++level] = 0;
    else {
      if (size === most) return null;
      if (size === kept.length) kept = grown(kept);
      kept.set(at, size);
      size += levels;
      at[level]!++;
    }
  }
  return kept.slice(0, size);
}

function grown(values: Int32Array): Int32Array<ArrayBuffer> {
  const twice = new Int32Array(values.length * 2);
  twice.set(values);
  return twice;
}

/** One side of a comparison: the value that a combination has on an axis, or the only value where the axis is null. */
interface Side {
  readonly axis: number | null;
  readonly values: Float64Array;
}

/** smaller < larger, or smaller <= larger; `level` is the last axis that it speaks of. */
interface Check {
  readonly smaller: Side;
  readonly larger: Side;
  readonly strict: boolean;
  readonly level: number;
}

function checkOver({ left, comparison, right }: Constraint, axes: readonly Axis[]): Check {
  const [first, second] = [sideOf(left, axes), sideOf(right, axes)];
  const upward = comparison === "<" || comparison === "<=";
  const [smaller, larger] = upward ? [first, second] : [second, first];
  const strict = comparison === "<" || comparison === ">";
  return { smaller, larger, strict, level: Math.max(smaller.axis ?? 0, larger.axis ?? 0) };
}

/** @throws {RangeError} when no axis has the name */
function sideOf(operand: string | number, axes: readonly Axis[]): Side {
  if (typeof operand === "number") return { axis: null, values: Float64Array.of(operand) };
  const axis = axes.findIndex(({ name }) => name === operand);
  if (axis === -1) throw new RangeError(`the grid has no parameter ${operand}`);
  return { axis, values: Float64Array.from(axes[axis]!.values, Number) };
}

function holds({ smaller, larger, strict }: Check, at: Int32Array): boolean {
  const low = smaller.values[smaller.axis === null ? 0 : at[smaller.axis]!]!;
  const high = larger.values[larger.axis === null ? 0 : at[larger.axis]!]!;
  return strict ? low < high : low <= high;
}
