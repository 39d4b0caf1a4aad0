import type { VerdictCode } from "../../core/overfitting/verdict.ts";
import { fields, figure, type JsonSchema, list, number, orNull, text, whole, words } from "./schema.ts";

const VERDICTS = ["likely_luck", "inconclusive", "promising", "not_computable"] as const satisfies readonly VerdictCode[];

const P_VALUE = "A p-value; null where it is undefined.";

/** Two ends, or null. */
function interval(what: string): JsonSchema {
  return {
    type: ["array", "null"],
    items: { type: "number" },
    minItems: 2,
    maxItems: 2,
    description: `95 % interval of ${what}, by the bootstrap; null where it is undefined.`,
  };
}

/** What an answer says of luck in the best trial of a sweep. */
export const overfittingSchema: JsonSchema = fields(
  {
    verdict_code: words(VERDICTS, "The verdict, for programs."),
    verdict: text("The verdict in words."),
    reasons: list(text("A sentence."), "What speaks against the best trial, or why there is no verdict."),
    luck_probability: figure("How often a search as wide as this finds such timing by luck alone; what the verdict goes by."),
    trial_count: whole("Trials of the sweep.", 1),
    effective_trials: figure("How many independent trials they amount to."),
    expected_max_sharpe: figure("Sharpe ratio that luck gives the best of so many (annualised)."),
    probabilistic_sharpe: figure("Probability that the true Sharpe ratio of the best trial is above 0."),
    deflated_sharpe: figure("Probability that it is above what luck gives the best of `effective_trials`."),
    deflated_sharpe_all_trials: figure("Probability that it is above what luck gives the best of `trial_count`."),
    min_track_record_length: figure("Returns after which such a Sharpe ratio is above 0 with 95 % confidence."),
    probability_of_backtest_overfitting: figure(
      "Share of splits of the bars in which the best of one half is below the median of the other (CSCV); null under `fast`.",
    ),
    probability_of_loss: figure("Share of splits in which the best of one half loses in the other; null under `fast`."),
    degradation_slope: figure("Slope of the figure in one half over that in the other, for the best; null under `fast`."),
    plateau_score: figure("How good the neighbours of the best trial are, compared with it: 1 is as good."),
    sharpe_ci: interval("the Sharpe ratio of the best trial (annualised)"),
    return_ci: interval("the total return of the best trial"),
    reality_check: figure("White's Reality Check of all trials against holding: a p-value; null unless `snooping_tests`."),
    spa: orNull(
      fields({ lower: figure(P_VALUE), consistent: figure(P_VALUE), upper: figure(P_VALUE) }),
      "Hansen's test of superior predictive ability against holding; null unless `snooping_tests`.",
    ),
    bootstrap: fields(
      {
        seed: whole("As asked for."),
        mean_block: number("Mean length of the blocks that stay together (bars).", { minimum: 1 }),
        resamples: whole("How many were drawn."),
      },
      { description: "How the intervals came about." },
    ),
  },
  { description: "What luck may have to do with the best trial; a figure is null where it is undefined." },
);
