import { FOLD_MODES } from "../core/sweep/folds.ts";
import { type Setting, settings } from "./settings.ts";
import { sweepSettings } from "./sweep-settings.ts";

/** What a walk-forward takes of the settings that only sweeps have; the others judge and list the trials of one sweep. */
const OF_SWEEPS = ["objective", "constraints"];

/** The flags for the fields that a walk-forward has besides those of a run and a sweep. */
export const foldSettings: readonly Setting[] = [
  {
    group: "folds",
    flags: "--in-sample-bars <bars>",
    field: "in_sample_bars",
    kind: "number",
    doc: "required; bars that parameters are chosen on",
  },
  {
    group: "folds",
    flags: "--out-of-sample-bars <bars>",
    field: "out_of_sample_bars",
    kind: "number",
    doc: "required; bars after them that the choice is traded on",
  },
  {
    group: "folds",
    flags: "--mode <how>",
    field: "mode",
    kind: "text",
    doc: `${FOLD_MODES.join(", ")}: in-sample windows move on, or all begin at the first bar (rolling)`,
  },
  {
    group: "folds",
    flags: "--purge-bars <bars>",
    field: "purge_bars",
    kind: "number",
    doc: "taken off the end of every in-sample window (0)",
  },
  {
    group: "folds",
    flags: "--embargo-bars <bars>",
    field: "embargo_bars",
    kind: "number",
    doc: "left unused before every out-of-sample window (0)",
  },
];

/** Every setting of a walk-forward. */
export const allWalkForwardSettings: readonly Setting[] = [
  ...settings.filter(({ field }) => field !== "signals"),
  ...sweepSettings.filter(({ field }) => OF_SWEEPS.includes(field)),
  ...foldSettings,
];
