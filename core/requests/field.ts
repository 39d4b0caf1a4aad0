import { z } from "zod";
import { shown } from "../shown.ts";
import { parseIsoTime } from "../time.ts";

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

/** A finite number within bounds; the message states them. */
export function number(bounds: Bounds = {}, unit = "") {
  const { above, min, below, max, whole } = bounds;
  const limits = [
    above === undefined ? "" : `above ${above}`,
    min === undefined ? "" : `at least ${min}`,
    below === undefined ? "" : `below ${below}`,
    max === undefined ? "" : `at most ${max}`,
  ].filter((limit) => limit !== "");
  const kind = whole ? "a whole number" : "a number";
  const allowed = [unit === "" ? kind : `${kind} (${unit})`, limits.join(" and ")].filter((part) => part !== "").join(" ");
  const inside = (x: number) =>
    Number.isFinite(x) &&
    (above === undefined || x > above) &&
    (min === undefined || x >= min) &&
    (below === undefined || x < below) &&
    (max === undefined || x <= max) &&
    (!whole || Number.isInteger(x));
  return z.number(expects(allowed)).refine(inside, expects(allowed));
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
  return z.string(expects(allowed)).refine((value) => value.length >= 1 && value.length <= most, expects(allowed));
}

/** A day (`2020-01-31`) or an ISO instant, as text. */
export function time() {
  const error = expects("a day such as 2020-01-31 or an instant such as 2020-01-31T14:30:00Z");
  return z.string(error).refine((value) => value.length <= 40 && parseIsoTime(value) !== null, error);
}

/** A list of at most `most` values. */
export function list<T extends z.ZodType>(item: T, allowed: string, most: number) {
  const error = expects(`a list of at most ${most} ${allowed}`);
  return z.array(item, error).refine((items) => items.length <= most, error);
}

/** A value of several kinds, judged whole: the message tells all that is allowed. */
export function either<T extends z.ZodType>(schema: T, allowed: string) {
  const message = expects(allowed).error;
  return z.unknown().transform((input, context): z.output<T> => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return parsed.data;
    context.addIssue({ code: "custom", message: message({ input }), input });
    return z.NEVER;
  });
}
