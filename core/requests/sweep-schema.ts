import { z } from "zod";
import { TRIAL_COLUMNS } from "../sweep/table.ts";
import { choice, flag, list, number, text } from "./field.ts";

/** How much is asked about overfitting: `fast` leaves out what splits the bars again and again. */
export const OVERFITTING_MODES = ["full", "fast", "none"] as const;
export type OverfittingMode = (typeof OVERFITTING_MODES)[number];

/** The most constraints that a sweep may have. */
const MOST_CONSTRAINTS = 100;

/** The fields that a sweep has besides those of a job. What `constraints` say is judged by core/sweep/constraints.ts. */
export const sweepSchema = z.object({
  objective: choice(TRIAL_COLUMNS)
    .default("sharpe")
    .describe("The figure that trials are ranked by: bigger is better, but for `volatility_ann`; undefined ones come last."),
  top: number({ min: 0, max: 1000, whole: true }).default(20).describe("How many of the best trials the answer lists."),
  constraints: list(text("a constraint", 100), 'constraints such as "fast < slow"', MOST_CONSTRAINTS)
    .default([])
    .describe(
      "Combinations that break one of these are skipped: a parameter or a number, one of `<`, `<=`, `>`, `>=`, a parameter or a number.",
    ),
  overfitting: choice(OVERFITTING_MODES)
    .default("full")
    .describe("Which statistics on overfitting are wanted: all, those that are fast (without cross-validation), or none."),
  seed: number({ min: 0, max: 4_294_967_295, whole: true })
    .default(1)
    .describe("Seed of the bootstraps behind the intervals: the same seed gives the same intervals."),
  snooping_tests: flag()
    .default(false)
    .describe("Whether White's Reality Check and Hansen's test of all trials against holding are wanted; they take long."),
});
