import { describe, expect, test } from "bun:test";
import { normals } from "../random.ts";
import { type Assessment, assess, type JudgedSweep, type LuckSettings } from "./assess.ts";
import { findWinners } from "./splits.ts";
import { blindTrials, noise, sweepOf } from "./test-sweep.ts";
import { type Case, type CaseOf, type DrawnMatrix, vectorFiles } from "./vector-files.ts";

const FULL: LuckSettings = { mode: "full", seed: 7, findWinners };
const FAST: LuckSettings = { ...FULL, mode: "fast" };
const ROOT = Math.sqrt(252);

const numbersOf = ({ verdict: _, resampling: __, ...figures }: Assessment) => Object.values(figures).flat();

function expectClose(got: number, want: number): void {
  expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-9 * Math.abs(want));
}

function caseOf<K extends Case["kind"]>(kind: K, id: string): CaseOf<K> {
  const found = vectorFiles.reference.cases.find((one): one is CaseOf<K> => one.kind === kind && one.id === id);
  if (found === undefined) throw new Error(`there is no case ${kind} ${id}`);
  return found;
}

/** The columns that a reference case draws. */
function drawnColumns({ generator }: DrawnMatrix): Float64Array[] {
  const { seed, rows, mu, sigma } = generator;
  const next = normals(seed);
  const drawn = mu.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) for (const [k, center] of mu.entries()) drawn[k]![row] = center + sigma * next();
  return drawn;
}

describe("a sweep's figures", () => {
  test("are those of the reference: best of twelve trials, deflated by all of them", () => {
    const { input, expected } = caseOf("dsrFromTrials", "matrix");
    const sweep = sweepOf(drawnColumns(input), noise(1, 250));
    const got = assess(sweep, FULL);
    expect(sweep.best).toBe(expected.best);
    expectClose(got.probabilisticSharpe, expected.psrVsZero);
    expectClose(got.deflatedSharpeAllTrials, expected.dsr);
    expect([got.trialCount, Math.round(got.effectiveTrials)]).toEqual([12, 12]);
    // Twelve at most, so no more luck than twelve have; annualised.
    expect(got.expectedMaxSharpe).toBeLessThanOrEqual(expected.benchmarkSharpe * ROOT * (1 + 1e-12));
    expect(got.expectedMaxSharpe).toBeGreaterThan(0.95 * expected.benchmarkSharpe * ROOT);
    expect(got.deflatedSharpe).toBeGreaterThanOrEqual(got.deflatedSharpeAllTrials);
  });

  test("are those of the reference: cross-validation of twenty trials in 16 blocks", () => {
    const { input, expected } = caseOf("cscv", "noise");
    if (!("generator" in input)) throw new Error("the case has a generator");
    const got = assess(sweepOf(drawnColumns(input), noise(2, 960)), FULL);
    expectClose(got.probabilityOfBacktestOverfitting, expected.pbo);
    expectClose(got.probabilityOfLoss, expected.probabilityOfLoss);
    expectClose(got.degradationSlope, expected.degradationSlope);
  });

  test("hold intervals around the best trial's own, drawn by the seed", () => {
    const holding = noise(3, 1000, 0.0004);
    const sweep = sweepOf(blindTrials(4, 10, holding), holding);
    const got = assess(sweep, FAST);
    const sharpe = sweep.trials.sharpe[sweep.best]!;
    const growth = sweep.returns.reduce((value, r) => value * (1 + r), 1) - 1;
    expect(got.sharpeCi[0]).toBeLessThan(sharpe);
    expect(got.sharpeCi[1]).toBeGreaterThan(sharpe);
    expect(got.returnCi[0]).toBeLessThan(growth);
    expect(got.returnCi[1]).toBeGreaterThan(growth);
    expect(got.resampling).toEqual({ seed: 7, meanBlock: 10, resamples: 1000 });
    expect(assess(sweep, FAST)).toEqual(got);
    expect(assess(sweep, { ...FAST, seed: 8 }).sharpeCi).not.toEqual(got.sharpeCi);
  });

  test("of a long series are drawn less often", () => {
    const holding = noise(5, 250_000);
    const { resampling } = assess(sweepOf([holding, holding.map((h) => -h)], holding), FAST);
    expect(resampling).toEqual({ seed: 7, meanBlock: Math.cbrt(250_000), resamples: 100 });
  });

  test("speak of returns in excess of the risk-free rate", () => {
    const rate = 0.0002;
    const holding = noise(6, 800);
    const plain = sweepOf(blindTrials(7, 8, holding), holding);
    const raise = (values: Float64Array) => values.map((r) => r + rate);
    const { trials } = sweepOf(blindTrials(7, 8, holding).map(raise), holding);
    const raised = {
      ...plain,
      trials: { ...plain.trials, blockSums: trials.blockSums },
      returns: raise(plain.returns),
      holding: raise(holding),
      rates: { ...plain.rates, riskFreePerPeriod: rate },
    };
    const { returnCi: _, sharpeCi: wantedCi, verdict, resampling, ...want } = assess(plain, FULL);
    const { returnCi: __, sharpeCi, ...got } = assess(raised, FULL);
    expect(got.verdict).toEqual(verdict);
    expect(got.resampling).toEqual(resampling);
    const figures = new Map<string, unknown>(Object.entries(got));
    for (const [name, value] of Object.entries(want)) expect(Math.abs(Number(figures.get(name)) / value - 1)).toBeLessThan(1e-9);
    for (const [end, value] of wantedCi.entries()) expect(sharpeCi[end]).toBeCloseTo(value, 10);
  });

  test("leave cross-validation out of a fast assessment, and of one with too many trials, and say so", () => {
    const holding = noise(8, 300);
    const refuses: LuckSettings["findWinners"] = () => {
      throw new Error("not to be called");
    };
    const small = sweepOf(blindTrials(9, 5, holding), holding);
    const fast = assess(small, { ...FAST, findWinners: refuses });
    expect(fast.verdict.reasons.at(-1)).toBe("It was not cross-validated, as asked.");
    const many = sweepOf(blindTrials(9, 2, holding), holding);
    const wide: JudgedSweep = { ...many, ...repeated(many, 50_001) };
    const left = assess(wide, { ...FULL, findWinners: refuses });
    expect(left.verdict.reasons.at(-1)).toBe("It was not cross-validated: there are more than 100,000 combinations.");
    for (const { probabilityOfBacktestOverfitting, probabilityOfLoss, degradationSlope } of [fast, left]) {
      expect([probabilityOfBacktestOverfitting, probabilityOfLoss, degradationSlope]).toEqual([
        Number.NaN,
        Number.NaN,
        Number.NaN,
      ]);
    }
  });

  test("need as many returns as there are bars", () => {
    const sweep = sweepOf([noise(1, 40), noise(2, 40)], noise(3, 40));
    expect(() => assess({ ...sweep, returns: new Float64Array(39) }, FULL)).toThrow(RangeError);
    expect(() => assess({ ...sweep, holding: new Float64Array(39) }, FULL)).toThrow(RangeError);
  });
});

/** Every trial so many times. */
function repeated({ table, trials }: JudgedSweep, times: number): Pick<JudgedSweep, "table" | "trials"> {
  const often = (values: Float64Array) => {
    const all = new Float64Array(values.length * times);
    for (let k = 0; k < times; k++) all.set(values, k * values.length);
    return all;
  };
  const n = table.grid.trials * times;
  const axis = { name: "period", values: Array.from({ length: n }, (_, i) => i) };
  const sharpe = often(trials.sharpe);
  return {
    table: {
      grid: { axes: [axis], trials: n, skipped: 0, choices: Int32Array.from({ length: n }, (_, i) => i) },
      columns: { ...table.columns, sharpe },
    },
    trials: { ...trials, blockSums: often(trials.blockSums), fills: often(trials.fills), trades: often(trials.trades), sharpe },
  };
}

describe("a sweep's verdict", () => {
  const holding = noise(10, 2520, 0.0004);

  test.each([
    ["half of the time", 0],
    ["nearly always", -1.6],
  ])("on trials that are in a rising market at random, %s, is rarely promising", (_name, below) => {
    let promising = 0;
    for (let seed = 100; seed < 140; seed++) {
      const { verdict } = assess(sweepOf(blindTrials(seed, 30, holding, below), holding), FAST);
      if (verdict.code === "promising") promising++;
    }
    expect(promising).toBeLessThanOrEqual(4);
  });

  test("on a trial that knows a tenth more than chance is promising", () => {
    const next = normals(11);
    const knowing = holding.map((h) => (next() + (h > 0 ? 0.5 : -0.5) > 0 ? h : 0));
    const { verdict, deflatedSharpe } = assess(sweepOf([...blindTrials(12, 30, holding), knowing], holding), FULL);
    expect(verdict.code).toBe("promising");
    expect(deflatedSharpe).toBeGreaterThan(0.95);
  });

  test.each([
    ["one trial", [noise(20, 200)], noise(21, 200), /^Only one combination was tried/],
    ["no trades", [new Float64Array(200), new Float64Array(200)], noise(21, 200), /^None of the 2 combinations ever traded/],
    ["ten bars", [noise(22, 10), noise(23, 10), noise(24, 10)], noise(25, 10), /^10 bars are too few/],
    ["one bar", [noise(22, 1), noise(23, 1)], noise(25, 1), /^None of the 2 combinations ever gained/],
    [
      "holding twice",
      [noise(26, 100, 0.001), new Float64Array(100)],
      noise(26, 100, 0.001),
      /^Only one combination has a Sharpe/,
    ],
    [
      "holding and cash mixed",
      [noise(27, 100), noise(27, 100).map((r) => r / 2)],
      noise(27, 100),
      /^The best combination shows no timing/,
    ],
  ])("for %s is not computable, and says why", (_name, trials, market, reason) => {
    const got = assess(sweepOf(trials, market), FULL);
    expect(got.verdict.code).toBe("not_computable");
    expect(got.verdict.reasons[0]).toMatch(reason);
    for (const value of numbersOf(got)) expect(Number.isNaN(value) || Number.isFinite(value)).toBe(true);
  });

  test("for prices that stand still is not computable", () => {
    const flat = new Float64Array(200);
    const sweep = sweepOf([flat, flat], flat);
    const got = assess({ ...sweep, trials: { ...sweep.trials, fills: Float64Array.of(4, 2) } }, FULL);
    expect(got.verdict.reasons).toEqual([
      "None of the 2 combinations ever gained or lost anything, so no Sharpe ratio is defined.",
    ]);
  });

  test("for two trials is given, with a warning", () => {
    const got = assess(sweepOf(blindTrials(30, 2, holding), holding), FULL);
    expect(got.verdict.code).not.toBe("not_computable");
    expect(got.verdict.reasons[0]).toBe("Only 2 combinations have a Sharpe ratio, so what luck can do is estimated roughly.");
    expect(got.deflatedSharpe).toBeGreaterThan(0);
  });

  test("for an objective that no trial has is not computable", () => {
    const sweep = sweepOf(blindTrials(31, 4, holding), holding);
    const got = assess({ ...sweep, objective: "profit_factor", best: 0 }, FAST);
    expect(got.verdict.reasons).toEqual(["No combination has a defined profit factor."]);
  });

  test("missing returns after a ruin are left out", () => {
    const sweep = sweepOf(blindTrials(32, 4, holding), holding);
    const returns = sweep.returns.map((r, i) => (i < 1500 ? r : Number.NaN));
    const got = assess({ ...sweep, returns }, FAST);
    expect(got.probabilisticSharpe).not.toBeNaN();
    expect(got.resampling.meanBlock).toBe(Math.cbrt(1500));
  });
});
