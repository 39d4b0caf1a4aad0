import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AppError } from "../../core/errors.ts";
import { BATCH_FIELDS, BATCHED_JOB_FIELDS, parseBatch } from "../../core/requests/batch.ts";
import { JOB_FIELDS, parseJob } from "../../core/requests/job.ts";
import { parseSweep, SWEEP_FIELDS } from "../../core/requests/sweep.ts";
import { parseWalkForward, WALK_FORWARD_FIELDS } from "../../core/requests/walk-forward.ts";
import { parseInlineBars } from "../../data/inline.ts";
import { openApiDocument } from "./document.ts";
import { givenBy } from "./given-by.ts";
import { isObject } from "./schema.ts";
import { complaints, object, resolved } from "./schema-check.ts";

const document = openApiDocument("0.1.0");
const RUNS = 500;

type Parse = typeof parseJob | typeof parseSweep | typeof parseWalkForward | typeof parseBatch;

/** What a server says of a body before it looks for data. */
function refusal(parse: Parse, body: unknown): AppError | null {
  const asked = parse(body);
  if (!asked.ok) return asked.error;
  const bars = !("bars" in asked.value) || asked.value.bars === undefined ? null : parseInlineBars(asked.value.bars);
  return bars === null || bars.ok ? null : bars.error;
}

/** What a schema cannot say: whether a day exists, the order of two values, whether columns fit each other. */
const UNSAYABLE = [
  /^(start|end|splits\.\d+\.time|bars\.time\.\d+) must be (a day such as|written as)/,
  /^end must not be before start/,
  /^\w+ must be less than \w+/,
  /^bars\.\w+ has \d+ values/,
  /^bars\.time\.0 looks like epoch seconds/,
  /^params\.\w+ must hold every value once/,
  /^\w+\.to must be at least \w+\.from/,
  /^params (make|leave) /,
  /^params\.\w+ has \S+ values, the limit/,
  /^constraints\.\d+ must compare/,
  /^purge_bars must leave a bar/,
  /^symbols\.\d+ must be another symbol/,
  /^\d+ symbols x \d+ trials make /,
];

/** What is wrong in itself may also be far too much. */
const REFUSALS = ["invalid_request", "too_costly"];

const ALIASES = ["cash", "initial_capital", "fees"];

describe.each([
  ["JobRequest", parseJob, [...JOB_FIELDS, ...ALIASES]],
  ["SweepRequest", parseSweep, [...SWEEP_FIELDS, ...ALIASES]],
  ["WalkForwardRequest", parseWalkForward, [...WALK_FORWARD_FIELDS, ...ALIASES]],
  ["BatchRequest", parseBatch, BATCH_FIELDS],
] as const)("the schema %s", (name, parse, known) => {
  const schema = resolved(`#/components/schemas/${name}`, document);
  const fields = Object.keys(object(schema.properties));

  test("names the fields that are read, and the other names of some", () => {
    expect([...fields].sort()).toEqual([...known].sort());
  });

  test("allows what is accepted, or refused by name for a reason that a schema cannot say", () => {
    let accepted = 0;
    const check = (body: unknown) => {
      const error = refusal(parse, body);
      if (error === null) accepted++;
      for (const { path, message } of error?.findings ?? []) {
        expect(fields).toContain(path.split(".")[0] ?? "");
        expect(UNSAYABLE.some((reason) => reason.test(message)) ? "" : message).toBe("");
      }
    };
    fc.assert(fc.property(givenBy(schema, document), check), { numRuns: RUNS });
    expect(accepted).toBeGreaterThan(RUNS / 4);
  });

  test("forbids what is refused: a request with one value put in another's place", () => {
    const other = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(0, -1, 0.5, 1e9, "", "long", null, [], {}, true));
    const mutant = fc.record({
      body: givenBy(schema, document),
      name: fc.constantFrom(...fields, "__proto__", "constructor", "backtest"),
      value: other,
    });
    let forbidden = 0;
    const check = ({ body, name, value }: { body: unknown; name: string; value: unknown }) => {
      const changed = Object.fromEntries([...Object.entries(object(body)), [name, value]]);
      if (complaints(schema, changed, { document }).length === 0) return;
      forbidden++;
      const error = refusal(parse, changed);
      expect(REFUSALS).toContain(String(error?.code));
      expect(error?.findings.length).toBeGreaterThan(0);
    };
    fc.assert(fc.property(mutant, check), { numRuns: RUNS });
    expect(forbidden).toBeGreaterThan(RUNS / 4);
  });

  test("forbids what is refused: a value changed deep inside of a request", () => {
    const mutant = fc.record({
      body: givenBy(schema, document),
      pick: fc.nat(),
      value: fc.constantFrom(-1, 0, 1e12, 0.5, "x", null, [], {}, false),
    });
    let forbidden = 0;
    const check = ({ body, pick, value }: { body: unknown; pick: number; value: unknown }) => {
      const changed: unknown = structuredClone(body);
      const places = [...placesIn(changed)];
      places[pick % places.length]?.(value);
      if (complaints(schema, changed, { document }).length === 0) return;
      forbidden++;
      expect(REFUSALS).toContain(String(refusal(parse, changed)?.code));
    };
    fc.assert(fc.property(mutant, check), { numRuns: RUNS });
    expect(forbidden).toBeGreaterThan(RUNS / 4);
  });
});

test("the schema of a job, or a sweep, of a batch names the fields that are read, and the other names of some", () => {
  const fieldsOf = (name: string) => Object.keys(object(resolved(`#/components/schemas/${name}`, document).properties)).sort();
  const ofSweeps = SWEEP_FIELDS.filter((name) => name !== "symbol" && name !== "bars");
  expect(fieldsOf("BatchedJobRequest")).toEqual([...BATCHED_JOB_FIELDS, ...ALIASES].sort());
  expect(fieldsOf("BatchedSweepRequest")).toEqual([...ofSweeps, ...ALIASES].sort());
});

/** A setter for each value within a value. */
function* placesIn(value: unknown): Generator<(to: unknown) => void> {
  if (!Array.isArray(value) && !isObject(value)) return;
  for (const [name, part] of Object.entries(value)) {
    yield (to) => Reflect.set(value, name, to);
    yield* placesIn(part);
  }
}
