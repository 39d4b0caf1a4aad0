import { type AppError, fail } from "../core/errors.ts";
import type { JobSource } from "../core/requests/job.ts";
import { ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import type { sources } from "../data/registry.ts";

/** Where the bars of a run come from: a file, or a source that requests to the service have too. */
export type RunSource =
  | { readonly name: "file"; readonly path: string }
  | { readonly name: Exclude<JobSource, "inline">; readonly path: null };

const NAMES = ["yahoo", "dataset", "sample", "file"] as const satisfies readonly Exclude<keyof typeof sources, "inline">[];
export const RUN_SOURCES: readonly string[] = NAMES;

export const SAMPLE = "SAMPLE-TREND";

/** The source that the flags ask for, or mean: a file where one is given, else Yahoo where there is a symbol. Errors: `invalid_request`. */
export function sourceOf(flags: ReadonlyMap<string, unknown>): Result<RunSource, AppError> {
  const [given, file, symbol] = ["--source", "--file", "--symbol"].map((flag) => flags.get(flag));
  const path = typeof file === "string" ? file : null;
  if (given === undefined && path === null && symbol === undefined) {
    return refused(
      "--source",
      `there are no bars to run on: give --symbol AAPL for prices of Yahoo, --file prices.csv, or --source sample --symbol ${SAMPLE} for the bundled made-up prices`,
    );
  }
  const name = NAMES.find((known) => known === (given ?? (path === null ? "yahoo" : "file")));
  if (name === undefined) return refused("--source", `--source must be one of ${NAMES.join(", ")}: got ${shown(given)}`);
  if (name === "file") {
    if (path !== null) return ok({ name, path });
    return refused("--file", "--source file needs --file with the path of a CSV or Parquet file: got nothing");
  }
  if (path !== null) {
    return refused("--file", `--source ${name} reads no file; leave out --file or the source: got --file ${shown(path)}`);
  }
  if (name !== "sample" && symbol === undefined)
    return refused("--symbol", `--source ${name} needs --symbol, such as AAPL: got nothing`);
  return ok({ name, path });
}

function refused(flag: string, message: string) {
  return fail("invalid_request", message, [{ path: flag, message }]);
}
