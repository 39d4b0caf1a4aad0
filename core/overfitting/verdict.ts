import type { LuckFigures, SweepFacts } from "./figures.ts";
import { count, objectiveText, oddsOf, percent, sharpeText } from "./wording.ts";

export type VerdictCode = "likely_luck" | "inconclusive" | "promising" | "not_computable";

/** A judgement for people: a code, two sentences, and what could not be computed or speaks against the best trial. */
export interface Verdict {
  readonly code: VerdictCode;
  readonly text: string;
  readonly reasons: readonly string[];
}

/** Up to this probability of luck a best trial is promising. */
const RARE_LUCK = 0.05;
/** From this probability on luck does as well more often than not. */
const COMMON_LUCK = 0.5;
/** Fewer trades can look like skill by one lucky hit, and hide the rare large loss of a rule that wins often. */
const LEAST_TRADES = 5;
/** Fewer returns than two in each of sixteen blocks carry no verdict. */
const LEAST_BARS = 32;
/** With fewer trials the spread of their Sharpe ratios, and so what luck can do, is known roughly. */
const FEW_TRIALS = 5;
/** A figure on the wrong side of these speaks against the best trial. */
const LEAST_DEFLATED_SHARPE = 0.5;
const MOST_OVERFITTING = 0.5;
const LEAST_PLATEAU = 0.5;
/** A record that would have to be so many times as long is not told in bars. */
const FAR_TOO_SHORT = 100;

/** Never says NaN: what is undefined is not mentioned, or told as a reason. */
export function verdictOf(figures: LuckFigures, facts: SweepFacts): Verdict {
  const obstacles = obstaclesOf(figures, facts);
  if (obstacles.length > 0) {
    return { code: "not_computable", text: `Luck cannot be judged here. ${obstacles[0]}`, reasons: obstacles };
  }
  const code = codeOf(figures, facts);
  return {
    code,
    text: `${openingOf(code, figures, facts)} ${CLOSING[code](figures, facts)}`,
    reasons: cautionsOf(figures, facts),
  };
}

function codeOf({ luckProbability }: LuckFigures, { sharpe, trades }: SweepFacts): Exclude<VerdictCode, "not_computable"> {
  if (luckProbability >= COMMON_LUCK) return "likely_luck";
  return luckProbability <= RARE_LUCK && sharpe > 0 && trades >= LEAST_TRADES ? "promising" : "inconclusive";
}

/** Why there is no verdict, the plainest first. */
function obstaclesOf(figures: LuckFigures, { bars, traded, judged, objective, hasBest, sharpe }: SweepFacts): string[] {
  const all = figures.trialCount === 1 ? "The one combination" : `None of the ${count(figures.trialCount)} combinations`;
  const not = figures.trialCount === 1 ? "never" : "ever";
  if (traded === 0) return [`${all} ${not} traded.`];
  if (judged === 0) return [`${all} ${not} gained or lost anything, so no Sharpe ratio is defined.`];
  const obstacles: string[] = [];
  if (figures.trialCount === 1)
    obstacles.push("Only one combination was tried: nothing was chosen, so nothing was chosen by luck.");
  else if (judged === 1) obstacles.push("Only one combination has a Sharpe ratio: there is nothing to compare it with.");
  if (bars < LEAST_BARS) obstacles.push(`${count(bars)} bars are too few: a verdict needs ${LEAST_BARS}.`);
  if (!hasBest) obstacles.push(`No combination has a defined ${objectiveText(objective)}.`);
  else if (Number.isNaN(sharpe))
    obstacles.push(`The best by ${objectiveText(objective)} has no Sharpe ratio: it never gained or lost anything.`);
  else if (Number.isNaN(figures.luckProbability) && obstacles.length === 0) {
    obstacles.push("The best combination shows no timing of its own that could be told from holding.");
  }
  return obstacles;
}

function openingOf(code: VerdictCode, figures: LuckFigures, { sharpe }: SweepFacts): string {
  const different = count(figures.effectiveTrials);
  const tried = `Of ${count(figures.trialCount)} combinations tried, about ${different} differ${different === "1" ? "s" : ""} in substance`;
  if (code === "promising") return `${tried}; the best has a Sharpe ratio of ${sharpeText(sharpe)}.`;
  return `${tried}; luck alone would give the best of them a Sharpe ratio of about ${sharpeText(figures.expectedMaxSharpe)}, and this one has ${sharpeText(sharpe)}.`;
}

const CLOSING: Readonly<Record<Exclude<VerdictCode, "not_computable">, (figures: LuckFigures, facts: SweepFacts) => string>> = {
  likely_luck: ({ luckProbability }) =>
    `Luck alone times the market as well in ${oddsOf(luckProbability)}: do not expect the result to repeat.`,
  inconclusive: ({ luckProbability }, { sharpe, trades }) => {
    if (!(sharpe > 0)) {
      return "Even the best of them earned no more than cash: whether that was bad luck or not, there is nothing to gain from it.";
    }
    return luckProbability > RARE_LUCK
      ? `Luck alone times the market as well in ${oddsOf(luckProbability)}: it may be skill or chance, and more data would tell.`
      : `Luck alone would time the market as well in ${oddsOf(luckProbability)}, but ${tradesText(trades)} cannot tell skill from a lucky hit.`;
  },
  promising: ({ luckProbability }) =>
    `Luck alone would time the market as well in ${oddsOf(luckProbability)}: it has earned a test on data it has not seen, not yet trust.`,
};

function tradesText(trades: number): string {
  return trades === 1 ? "1 closed trade" : `${trades === 0 ? "no" : count(trades)} closed trades`;
}

/** What speaks against the best trial, then what was left out. */
function cautionsOf(figures: LuckFigures, { bars, judged, objective, sharpe, trades, unvalidated }: SweepFacts): string[] {
  const { deflatedSharpe, probabilityOfBacktestOverfitting: pbo, plateauScore, minTrackRecordLength, sharpeCi } = figures;
  const cautions: string[] = [];
  if (judged < FEW_TRIALS) {
    cautions.push(`Only ${count(judged)} combinations have a Sharpe ratio, so what luck can do is estimated roughly.`);
  }
  if (trades < LEAST_TRADES) {
    cautions.push(`It rests on ${tradesText(trades)}; fewer than ${LEAST_TRADES} cannot tell skill from a lucky hit.`);
  }
  if (deflatedSharpe < LEAST_DEFLATED_SHARPE) {
    const luck = sharpeText(figures.expectedMaxSharpe);
    cautions.push(`A Sharpe ratio of ${sharpeText(sharpe)} is not above the ${luck} that luck would give the best of so many.`);
  }
  if (pbo > MOST_OVERFITTING) {
    cautions.push(
      `Chosen on one half of the history, the best fell into the lower half of all on the other in ${percent(pbo)} of the splits.`,
    );
  }
  if (plateauScore < LEAST_PLATEAU) {
    cautions.push(
      `It stands alone: its neighbours in the grid keep ${percent(plateauScore)} of its ${objectiveText(objective)}.`,
    );
  }
  if (minTrackRecordLength > bars) {
    const needed =
      minTrackRecordLength > bars * FAR_TOO_SHORT
        ? `more than ${FAR_TOO_SHORT} times as many`
        : count(Math.ceil(minTrackRecordLength));
    cautions.push(`${count(bars)} bars are a short record: ${needed} are needed to tell its Sharpe ratio from 0.`);
  }
  if (sharpeCi[0] <= 0) {
    const [low, high] = sharpeCi;
    cautions.push(`Histories drawn anew from its returns give Sharpe ratios from ${sharpeText(low)} to ${sharpeText(high)}.`);
  }
  if (unvalidated !== null) cautions.push(unvalidated);
  return cautions;
}
