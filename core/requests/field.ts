import { z } from "zod";
import { shown } from "../shown.ts";
import { parseIsoTime } from "../time.ts";

// Every maker tells a JSON schema what it refuses: the schema of the API is derived from these.

/** The error of every field: what is allowed, and what was found. */
function expects(allowed: string) {
  return { error: ({ input }: { readonly input?: unknown }) => `must be ${allowed}: got ${shown(input)}` };
}

interface Bounds {
  readonly above?: number;
  readonly min?: number;
  readonly below?: number;
  readonly max?: number;
  readonly whole?: boolean;
}

/** A finite number within bounds; the message states them, or `allowed` where the field takes other values as well. */
export function number(bounds: Bounds = {}, unit = "", allowed = wordsOf(bounds, unit)) {
  const { above, min, below, max, whole } = bounds;
  const inside = (x: number) =>
    Number.isFinite(x) &&
    (above === undefined || x > above) &&
    (min === undefined || x >= min) &&
    (below === undefined || x < below) &&
    (max === undefined || x <= max) &&
    (!whole || Number.isInteger(x));
  return z
    .number(expects(allowed))
    .refine(inside, expects(allowed))
    .meta({
      ...(whole ? { type: "integer" } : {}),
      ...(above === undefined ? {} : { exclusiveMinimum: above }),
      ...(min === undefined ? {} : { minimum: min }),
      ...(below === undefined ? {} : { exclusiveMaximum: below }),
      ...(max === undefined ? {} : { maximum: max }),
    });
}

function wordsOf({ above, min, below, max, whole }: Bounds, unit: string): string {
  const limits = [
    above === undefined ? "" : `above ${above}`,
    min === undefined ? "" : `at least ${min}`,
    below === undefined ? "" : `below ${below}`,
    max === undefined ? "" : `at most ${max}`,
  ].filter((limit) => limit !== "");
  const kind = whole ? "a whole number" : "a number";
  return [unit === "" ? kind : `${kind} (${unit})`, limits.join(" and ")].filter((part) => part !== "").join(" ");
}

export function choice<const T extends readonly string[]>(choices: T) {
  return z.enum(choices, expects(`one of ${choices.join(", ")}`));
}

export function flag() {
  return z.boolean(expects("true or false"));
}

/** Text of 1 to `most` characters. */
export function text(what: string, most = 200) {
  const allowed = `${what} of 1 to ${most} characters`;
  return z
    .string(expects(allowed))
    .refine((value) => value.length >= 1 && value.length <= most, expects(allowed))
    .meta({ minLength: 1, maxLength: most });
}

/** The shape of a time, for a JSON schema; whether there is such a day it cannot say. */
export const TIME_PATTERN = "^\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}([.,]\\d{1,9})?)?(Z|[+-]\\d{2}(:?\\d{2})?)?)?$";

/** A day (`2020-01-31`) or an ISO instant, as text. */
export function time() {
  const error = expects("a day such as 2020-01-31 or an instant such as 2020-01-31T14:30:00Z");
  return z
    .string(error)
    .refine((value) => value.length <= 40 && parseIsoTime(value) !== null, error)
    .meta({ pattern: TIME_PATTERN, examples: ["2020-01-31", "2020-01-31T14:30:00Z"] });
}

/** A list of at most `most` values; a longer one is not looked into. */
export function list<T extends z.ZodType>(item: T, allowed: string, most: number) {
  const error = expects(`a list of at most ${most} ${allowed}`);
  const short = z.unknown().refine((items) => Array.isArray(items) && items.length <= most, error);
  const { $schema: _dialect, ...items } = z.toJSONSchema(item, { io: "input" });
  return short.pipe(z.array(item)).meta({ type: "array", items, maxItems: most });
}

/** One of these words, or what another field takes; `allowed` tells both. */
export function wordsOr<const T extends readonly string[], U extends z.ZodType>(words: T, other: U, allowed: string) {
  return z.union([z.enum(words), other], expects(allowed));
}
