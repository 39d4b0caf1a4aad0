import type { Finding } from "../core/errors.ts";
import { fileClashes, pathOf } from "./files.ts";
import type { GivenFlags } from "./given-flags.ts";

/** A `--csv` of this name goes to the standard output. */
const STANDARD_OUTPUT = "-";

/** What is printed in the place of a report, and the file of a table. */
export interface TableOutput {
  readonly json: boolean;
  readonly csv: string | null;
  /** The table alone is printed. */
  readonly csvAlone: boolean;
}

/**
 * How a report with a table is to be told; what is wrong goes to the findings.
 * @param files flags of files that must differ
 */
export function tableOutput(flags: GivenFlags, files: readonly string[], findings: Finding[]): TableOutput {
  const json = flags.get("--json") === true;
  const csv = pathOf(flags.get("--csv"));
  const csvAlone = csv === STANDARD_OUTPUT;
  findings.push(...fileClashes(flags, files));
  if (csvAlone && json) findings.push({ path: "--csv", message: "--csv - and --json cannot both go to the standard output" });
  return { json, csv: csvAlone ? null : csv, csvAlone };
}
