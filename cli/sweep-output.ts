import type { AppError, Finding } from "../core/errors.ts";
import { refuse } from "../core/requests/findings.ts";
import { ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import type { Axis, Grid } from "../core/sweep/grid.ts";
import { TRIAL_COLUMNS, type TrialColumn } from "../core/sweep/table.ts";
import { fileClashes, pathOf } from "./files.ts";
import type { GivenFlags } from "./given-flags.ts";
import { type View, varied } from "./report/surface.ts";

/** A `--csv` of this name goes to the standard output. */
const STANDARD_OUTPUT = "-";

/** What a sweep leaves besides its report, or in the place of it. */
export interface SweepOutput {
  readonly json: boolean;
  readonly csv: string | null;
  /** The trials alone are printed. */
  readonly csvAlone: boolean;
  readonly png: string | null;
  /** What pictures show; null where no parameter varies. */
  readonly view: View | null;
}

/**
 * How a sweep is to be told. Errors: `invalid_request` for files that would overwrite one another, for pictures of what there is not.
 * @param objective what pictures show unless `--metric` says otherwise
 */
export function parseSweepOutput(
  flags: GivenFlags,
  grid: Pick<Grid, "axes">,
  objective: TrialColumn,
): Result<SweepOutput, AppError> {
  const json = flags.get("--json") === true;
  const [csv, png] = [pathOf(flags.get("--csv")), pathOf(flags.get("--png"))];
  const findings = fileClashes(flags, ["--file", "--csv", "--png"]);
  const csvAlone = csv === STANDARD_OUTPUT;
  if (csvAlone && json) findings.push({ path: "--csv", message: "--csv - and --json cannot both go to the standard output" });
  const view = viewOf(flags, grid, objective, findings);
  if (varied(grid).length === 0 && png !== null) {
    const message = `--png needs a parameter with more than one value, such as --fast 5:50:5: got ${shown(png)}`;
    findings.push({ path: "--png", message });
  }
  return findings.length > 0 ? refuse(findings) : ok({ json, csv: csvAlone ? null : csv, csvAlone, png, view });
}

function viewOf(flags: GivenFlags, grid: Pick<Grid, "axes">, objective: TrialColumn, findings: Finding[]): View | null {
  const free = varied(grid);
  const given = flags.get("--metric") ?? objective;
  const metric = TRIAL_COLUMNS.find((name) => name === given);
  if (metric === undefined)
    findings.push({ path: "--metric", message: `--metric must be one of ${TRIAL_COLUMNS.join(", ")}: got ${shown(given)}` });
  const [x, y] = ["--x", "--y"].map((flag) => axisOf(flag, flags.get(flag), free, findings));
  if (x !== undefined && x === y)
    findings.push({ path: "--y", message: `--y must be another parameter than --x: got ${shown(flags.get("--y"))}` });
  const across = x ?? free.find((axis) => axis !== y);
  if (metric === undefined || across === undefined) return null;
  return { metric, x: across, y: y ?? free.find((axis) => axis !== across) ?? null };
}

/** The parameter behind a flag; undefined where none is given, or none that varies. */
function axisOf(flag: string, given: unknown, free: readonly Axis[], findings: Finding[]): Axis | undefined {
  if (typeof given !== "string") return undefined;
  const axis = free.find(({ name }) => name === given.replaceAll("-", "_"));
  if (axis !== undefined) return axis;
  const allowed = free.length === 0 ? "here is none" : `here ${free.map(({ name }) => name).join(", ")}`;
  findings.push({ path: flag, message: `${flag} must be a parameter with more than one value, ${allowed}: got ${shown(given)}` });
  return undefined;
}
