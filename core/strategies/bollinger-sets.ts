import { averageOf, CLOSE, deviationOf } from "../sweep/lines.ts";
import { type BarSet, compare, type Relation, type SetRule } from "../sweep/sets.ts";
import { multiplierParam, windowParam } from "./strategy.ts";

/** The parameters of both Bollinger strategies. */
export const bandParams = {
  period: windowParam(20, "closes in the average and the deviation"),
  multiplier: multiplierParam(2, "standard deviations", "distance of the bands from the average"),
};

type BandRule = SetRule<typeof bandParams>;

/** The close against the average plus `factor` deviations; a negative factor gives the very double that subtracting gives. */
function closeTo(relation: Relation, period: number, factor: number): BarSet {
  const right = { kind: "band", base: averageOf(period), factor, deviation: deviationOf(period) } as const;
  return { kind: "comparison", left: CLOSE, relation, right };
}

export const aboveUpper: BandRule = {
  by: ["period", "multiplier"],
  rule: ({ period, multiplier }) => closeTo(">", period, multiplier),
};
export const belowLower: BandRule = {
  by: ["period", "multiplier"],
  rule: ({ period, multiplier }) => closeTo("<", period, -multiplier),
};
export const atOrAboveMiddle: BandRule = { by: ["period"], rule: ({ period }) => compare(CLOSE, ">=", averageOf(period)) };
export const atOrBelowMiddle: BandRule = { by: ["period"], rule: ({ period }) => compare(CLOSE, "<=", averageOf(period)) };
