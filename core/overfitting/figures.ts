import type { Interval } from "./bootstrap.ts";

/** What is known of how much the best trial of a sweep owes to luck; NaN is undefined. */
export interface LuckFigures {
  /** Trials of the sweep, and how many independent ones they amount to. */
  readonly trialCount: number;
  readonly effectiveTrials: number;
  /** Sharpe ratio that luck gives the best of so many, annualised. */
  readonly expectedMaxSharpe: number;
  /** Probability that the best trial's true Sharpe ratio is above 0. */
  readonly probabilisticSharpe: number;
  /** The same for what luck gives the best of `effectiveTrials`, and of `trialCount`. */
  readonly deflatedSharpe: number;
  readonly deflatedSharpeAllTrials: number;
  /** Returns after which a Sharpe ratio of this size is above 0 with 95 % confidence; not rounded. */
  readonly minTrackRecordLength: number;
  readonly probabilityOfBacktestOverfitting: number;
  readonly probabilityOfLoss: number;
  readonly degradationSlope: number;
  readonly plateauScore: number;
  /** 95 % intervals of the best trial's annualised Sharpe ratio and total return. */
  readonly sharpeCi: Interval;
  readonly returnCi: Interval;
  /** How often a search as wide as this finds such timing by luck alone; what the verdict goes by. */
  readonly luckProbability: number;
}

/** What a verdict says of the sweep besides its figures. */
export interface SweepFacts {
  /** Returns of the best trial. */
  readonly bars: number;
  /** Trials with at least one fill, and with a defined Sharpe ratio. */
  readonly traded: number;
  readonly judged: number;
  /** The name of what the trials were ranked by; whether it is defined for the best. */
  readonly objective: string;
  readonly hasBest: boolean;
  /** Closed trades of the best trial. */
  readonly trades: number;
  /** Its annualised Sharpe ratio. */
  readonly sharpe: number;
  /** Why there was no cross-validation; null where there was, or could not be any. */
  readonly unvalidated: string | null;
}
