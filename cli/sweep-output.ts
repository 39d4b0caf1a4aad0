import type { AppError, Finding } from "../core/errors.ts";
import { refuse } from "../core/requests/findings.ts";
import { ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import type { Axis, Grid } from "../core/sweep/grid.ts";
import { TRIAL_COLUMNS, type TrialColumn } from "../core/sweep/table.ts";
import { pathOf } from "./files.ts";
import type { GivenFlags } from "./given-flags.ts";
import { type View, varied } from "./report/surface.ts";
import { type TableOutput, tableOutput } from "./table-output.ts";

/** What a sweep leaves besides its report, or in the place of it. */
export interface SweepOutput extends TableOutput {
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
  const findings: Finding[] = [];
  const told = tableOutput(flags, ["--file", "--csv", "--png"], findings);
  const png = pathOf(flags.get("--png"));
  const view = viewOf(flags, grid, objective, findings);
  if (varied(grid).length === 0 && png !== null) {
    const message = `--png needs a parameter with more than one value, such as --fast 5:50:5: got ${shown(png)}`;
    findings.push({ path: "--png", message });
  }
  return findings.length > 0 ? refuse(findings) : ok({ ...told, png, view });
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
