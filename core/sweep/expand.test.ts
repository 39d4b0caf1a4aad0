import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import type { ParamValues } from "../strategies/strategy.ts";
import type { Constraint } from "./constraints.ts";
import { expandGrid } from "./expand.ts";
import { type Axis, paramsOf, slowestTrial } from "./grid.ts";
import { gridOf } from "./test-table.ts";

const axis = (name: string, ...values: (number | string)[]): Axis => ({ name, values });
const FAST_SLOW: Constraint = { left: "fast", comparison: "<", right: "slow" };

/** Every combination in grid order, the plain way. */
function combinations([first, ...others]: readonly Axis[]): ParamValues[] {
  if (first === undefined) return [{}];
  return first.values.flatMap((value) => combinations(others).map((rest) => ({ [first.name]: value, ...rest })));
}

function keeps(params: ParamValues, { left, comparison, right }: Constraint): boolean {
  const [a, b] = [left, right].map((side) => Number(typeof side === "number" ? side : params[side]));
  if (comparison === "<") return a! < b!;
  if (comparison === "<=") return a! <= b!;
  return comparison === ">" ? a! > b! : a! >= b!;
}

describe("the grid of some axes", () => {
  test("holds every combination, the last axis running fastest", () => {
    const grid = gridOf([axis("fast", 5, 10), axis("average", "sma", "ema"), axis("slow", 20)]);
    expect([grid.trials, grid.skipped, ...grid.choices]).toEqual([4, 0, ...[0, 0, 0], ...[0, 1, 0], ...[1, 0, 0], ...[1, 1, 0]]);
    expect(paramsOf(grid, 2)).toEqual({ fast: 10, average: "sma", slow: 20 });
  });

  test("leaves out what breaks a constraint, and counts it", () => {
    // Of 3 x 3 pairs of windows the three above the diagonal are left.
    const grid = gridOf([axis("fast", 10, 20, 30), axis("slow", 10, 20, 30)], [FAST_SLOW]);
    expect([grid.trials, grid.skipped, ...grid.choices]).toEqual([3, 6, ...[0, 1], ...[0, 2], ...[1, 2]]);
  });

  test("without an axis has one trial without parameters", () => {
    expect(gridOf([])).toEqual({ axes: [], trials: 1, skipped: 0, choices: new Int32Array(0) });
  });

  test("equals a plain enumeration, whatever the axes and constraints", () => {
    const next = uniforms(7);
    const upTo = (n: number) => Math.floor(next() * n);
    let refused = 0;
    for (let k = 0; k < 400; k++) {
      const axes = ["a", "b", "c", "d"].slice(0, 1 + upTo(4)).map((name) => {
        const values = Array.from({ length: 1 + upTo(6) }, (_, i) => i * 2 + upTo(2));
        return axis(name, ...(next() < 0.3 ? values.reverse() : values));
      });
      const operand = () => (next() < 0.3 ? upTo(10) : axes[upTo(axes.length)]!.name);
      const constraints = Array.from(
        { length: upTo(4) },
        (): Constraint => ({ left: operand(), comparison: (["<", "<=", ">", ">="] as const)[upTo(4)]!, right: operand() }),
      );
      const all = combinations(axes);
      const kept = all.filter((params) => constraints.every((constraint) => keeps(params, constraint)));
      const grid = expandGrid(axes, constraints);
      if (kept.length === 0) {
        refused++;
        expect(grid).toMatchObject({ error: { code: "invalid_request" } });
        continue;
      }
      if (!grid.ok) throw new Error(grid.error.detail);
      expect([grid.value.trials, grid.value.skipped]).toEqual([kept.length, all.length - kept.length]);
      expect(kept.map((_, trial) => paramsOf(grid.value, trial))).toEqual(kept);
    }
    expect(refused).toBeGreaterThan(20);
  });

  test("with no trial left says which constraints are broken", () => {
    const grid = expandGrid([axis("fast", 30, 40), axis("slow", 10)], [FAST_SLOW, { left: "slow", comparison: ">=", right: 3 }]);
    expect(grid.ok ? null : grid.error).toMatchObject({
      code: "invalid_request",
      detail: "params leave no trial: each of 2 combinations breaks one of fast < slow, slow >= 3",
    });
  });

  test("may have 1,000,000 trials and not one more", () => {
    const thousand = axis("a", ...Array.from({ length: 1000 }, (_, i) => i));
    expect(gridOf([thousand, { ...thousand, name: "b" }]).trials).toBe(1_000_000);
    const more = { name: "b", values: [...thousand.values, 1000] };
    expect(expandGrid([thousand, more], [])).toMatchObject({ error: { code: "too_costly" } });
    // 1,001,000 combinations less the 1,000 with b = 1000.
    const cut: Constraint = { left: "b", comparison: "<", right: 1000 };
    expect(gridOf([thousand, more], [cut])).toMatchObject({ trials: 1_000_000, skipped: 1000 });
  });

  test("cannot be constrained by what it does not have", () => {
    expect(() => expandGrid([axis("a", 1)], [FAST_SLOW])).toThrow(RangeError);
  });
});

test("the slowest trial is one that is left", () => {
  const grid = gridOf([axis("entry", 5, 50), axis("exit", 10, 100)], [{ left: "exit", comparison: "<", right: "entry" }]);
  const barsNeeded = ({ entry, exit }: ParamValues) => Math.max(Number(entry), Number(exit)) + 1;
  expect(slowestTrial(grid, { barsNeeded })).toBe(51);
  expect(slowestTrial(gridOf([]), { barsNeeded: () => 1 })).toBe(1);
});
