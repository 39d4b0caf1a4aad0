import { TRIAL_COLUMNS } from "../core/sweep/table.ts";
import { type Setting, settings } from "./settings.ts";

/** Settings of a run that a sweep does not take: its strategy makes its own signals, and it keeps no equity curves. */
const OF_RUNS_ALONE = ["signals", "equity_points"];

/** The flags for the fields that a sweep has besides those of a run. */
export const sweepSettings: readonly Setting[] = [
  {
    group: "sweep",
    flags: "--objective <figure>",
    field: "objective",
    kind: "text",
    doc: `what trials are ranked by: ${TRIAL_COLUMNS.join(", ")} (sharpe)`,
  },
  {
    group: "sweep",
    flags: "--constraint <rule>",
    field: "constraints",
    kind: "texts",
    doc: 'skips what breaks it: "slow >= 50", "fast < slow"; < <= > >=; repeatable',
  },
  {
    group: "sweep",
    flags: "--overfitting <mode>",
    field: "overfitting",
    kind: "text",
    doc: "the verdict on luck: full, fast (without cross-validation), none (full)",
  },
  { group: "sweep", flags: "--seed <number>", field: "seed", kind: "number", doc: "seed of the bootstraps (1)" },
  {
    group: "sweep",
    flags: "--snooping-tests",
    field: "snooping_tests",
    kind: "switch",
    doc: "adds White's Reality Check and Hansen's SPA test, which take long",
  },
  { group: "sweep", flags: "--top <count>", field: "top", kind: "number", doc: "how many of the best to list, 0 to 1000 (20)" },
];

/** Every setting of a sweep. */
export const allSweepSettings: readonly Setting[] = [
  ...settings.filter(({ field }) => !OF_RUNS_ALONE.includes(field)),
  ...sweepSettings,
];
