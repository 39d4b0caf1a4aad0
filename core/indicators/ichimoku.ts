import { windowParam } from "../strategies/strategy.ts";
import { midpointLine } from "./extremes.ts";
import { defineIndicator } from "./indicator.ts";

export const ichimoku = defineIndicator({
  doc: "Ichimoku lines: midpoints of the highest high and lowest low over three windows; every value stands at its own bar.",
  params: {
    conversion_period: windowParam(9, "bars of the conversion line"),
    base_period: windowParam(26, "bars of the base line"),
    span_b_period: windowParam(52, "bars of span b"),
  },
  outputs: ["conversion", "base", "span_a", "span_b"],
  barsNeeded: ({ conversion_period, base_period, span_b_period }) => Math.max(conversion_period, base_period, span_b_period),
  compute: ({ high, low }, { conversion_period, base_period, span_b_period }) => {
    const conversion = midpointLine(high, low, conversion_period);
    const base = midpointLine(high, low, base_period);
    return {
      conversion,
      base,
      span_a: conversion.map((value, i) => (value + base[i]!) / 2),
      span_b: midpointLine(high, low, span_b_period),
    };
  },
});
