import { type AppError, fail } from "../core/errors.ts";
import { excerpt } from "../core/gate/raw-bars.ts";
import { ok, type Result } from "../core/result.ts";

/** Where a table holds what: column positions, -1 for none. `clock` is a time of day beside a `time` that holds the date. */
export interface ColumnPlan {
  readonly count: number;
  readonly time: number;
  readonly clock: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly adjClose: number;
}

/** Accepted names in lower case, without blanks, dots, dashes, underscores, stars and angle brackets; of several time columns the earliest name here wins. */
const TIME_NAMES = ["datetime", "timestamp", "date", "opentime", "time", "indexlevel0", "unnamed:0", "index", ""];
const NAMES = {
  open: ["open"],
  high: ["high"],
  low: ["low"],
  close: ["close"],
  volume: ["volume", "vol"],
  adjClose: ["adjclose", "adjustedclose"],
} as const;

const SHAPE =
  "columns are named date (or datetime, timestamp, time, or no name), open, high, low, close and, if there is one, volume, in any case and order";

/**
 * Finds the columns of bars by their names. An unnamed column is the time only when it is the first one.
 *
 * @param clockBeside tells whether a `time` column next to a `date` column holds times of day
 * Errors: `bad_data` for a missing column and for two of one name.
 */
export function planColumns(names: readonly string[], clockBeside: (column: number) => boolean): Result<ColumnPlan, AppError> {
  const keys = names.map((name) => name.toLowerCase().replace(/[\s._*<>-]+/g, ""));
  const positions = (accepted: readonly string[]) => keys.flatMap((key, i) => (accepted.includes(key) ? [i] : []));
  const found = { open: -1, high: -1, low: -1, close: -1, volume: -1, adjClose: -1 };
  for (const role of ["open", "high", "low", "close", "volume", "adjClose"] as const) {
    const [first, second] = positions(NAMES[role]);
    if (second !== undefined) return refuse(names, `two columns are called ${role}`);
    found[role] = first ?? -1;
  }
  const time = TIME_NAMES.map((name) => (name === "" ? (keys[0] === "" ? 0 : -1) : keys.indexOf(name))).find((i) => i >= 0);
  if (time === undefined) return refuse(names, "there is no date column");
  for (const role of ["close", "open", "high", "low"] as const) {
    if (found[role] < 0) return refuse(names, `there is no ${role} column`);
  }
  const beside = keys[time] === "date" ? keys.indexOf("time") : -1;
  return ok({ count: names.length, time, clock: beside >= 0 && clockBeside(beside) ? beside : -1, ...found });
}

function refuse(names: readonly string[], problem: string) {
  const found = names.slice(0, 12).map((name) => JSON.stringify(excerpt(name)));
  const message = `${problem} among ${found.join(", ")}${names.length > 12 ? ", ..." : ""}; ${SHAPE}`;
  return fail("bad_data", message, [{ path: "header", message }]);
}
