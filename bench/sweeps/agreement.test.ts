import { expect, test } from "bun:test";
import type { Grid } from "../../core/sweep/grid.ts";
import { newTrials } from "../../core/sweep/single-trial.ts";
import type { Trials } from "../../core/sweep/trials.ts";
import { agreementOf } from "./agreement.ts";

const GRID: Grid = { axes: [{ name: "window", values: [5, 7] }], trials: 2, skipped: 0, choices: Int32Array.of(0, 1) };

function someTrials(count: number, change: (trials: Trials) => void = () => undefined): Trials {
  const trials: Trials = { ...newTrials(count, 320), kernel: "sorted", recomputed: 0 };
  trials.sharpe.fill(1.5);
  trials.sortino.fill(Number.NaN);
  trials.blockSums.fill(0.01);
  change(trials);
  return trials;
}

test("equal trials agree, undefined figures with undefined ones", () => {
  expect(agreementOf(GRID, someTrials(2), someTrials(2), 1)).toEqual({ trials: 2, largest: 0 });
});

test("the largest relative difference within 1e-9 is told", () => {
  const near = someTrials(2, ({ sharpe }) => sharpe.set([1.5, 1.5 + 2 ** -32]));
  expect(agreementOf(GRID, someTrials(2), near, 1).largest).toBe(2 ** -32 / 1.5);
});

test("a figure further away is an error that names the trial", () => {
  const far = someTrials(2, ({ sharpe }) => sharpe.set([1.5, 1.500001]));
  expect(() => agreementOf(GRID, someTrials(2), far, 1)).toThrow('sharpe of {"window":7}: single run 1.5, sorted 1.500001');
});

test("a fingerprint that differs at all is an error, and so is an undefined figure against a number", () => {
  const other = someTrials(2, ({ ledger }) => ledger.set([0, 1]));
  expect(() => agreementOf(GRID, someTrials(2), other, 1)).toThrow("ledger");
  const defined = someTrials(2, ({ sortino }) => sortino.set([2]));
  expect(() => agreementOf(GRID, someTrials(2), defined, 1)).toThrow("sortino");
});

test("a block's sum may lose what its squares hide, no more", () => {
  const lost = (by: number) => someTrials(2, ({ blockSums }) => blockSums.set([0.01 + by]));
  expect(agreementOf(GRID, someTrials(2), lost(1e-12), 1).trials).toBe(2);
  expect(() => agreementOf(GRID, someTrials(2), lost(1e-10), 1)).toThrow("block sum 0");
});

test("a sample is compared with the trials it was taken from", () => {
  const all = someTrials(4, ({ sharpe }) => sharpe.set([1.5, 99, 1.5, 99]));
  expect(agreementOf(GRID, someTrials(2), all, 2).trials).toBe(2);
});
