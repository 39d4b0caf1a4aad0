import { describe, expect, test } from "bun:test";
import { parseBatch } from "../../core/requests/batch.ts";
import { parseJob } from "../../core/requests/job.ts";
import { parseSweep } from "../../core/requests/sweep.ts";
import { parseWalkForward } from "../../core/requests/walk-forward.ts";
import { strategies } from "../../core/strategies/registry.ts";
import { parseInlineBars } from "../../data/inline.ts";
import { HTTP_STATUS } from "../http-errors.ts";
import { openApiDocument } from "./document.ts";
import { batchExamples, jobExamples, sweepExamples, walkForwardExamples } from "./examples.ts";
import { isObject } from "./schema.ts";
import { complaints, listOf, object, resolved } from "./schema-check.ts";

const document = openApiDocument("1.2.3");
const schemas = object(object(document.components).schemas);
const paths = object(document.paths);
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(object(item)).map(([method, operation]) => ({ path, method, operation: object(operation) })),
);

/** Every object within a value, with where it is. */
function* objectsIn(value: unknown, at = "#"): Generator<readonly [string, Readonly<Record<string, unknown>>]> {
  if (Array.isArray(value)) for (const [i, part] of value.entries()) yield* objectsIn(part, `${at}/${i}`);
  else if (isObject(value)) {
    yield [at, value];
    for (const [name, part] of Object.entries(value)) yield* objectsIn(part, `${at}/${name}`);
  }
}

describe("the OpenAPI document", () => {
  test("says which release it describes, in version 3.1", () => {
    expect([document.openapi, object(document.info).version]).toEqual(["3.1.0", "1.2.3"]);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  test("describes every route of this API", () => {
    const told = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    expect(told.sort()).toEqual(
      [
        ...["POST /api/v1/jobs", "GET /api/v1/jobs", "GET /api/v1/jobs/{id}", "DELETE /api/v1/jobs/{id}"],
        ...["GET /api/v1/jobs/{id}/equity", "GET /api/v1/jobs/{id}/trades", "GET /api/v1/jobs/{id}/events"],
        ...["POST /api/v1/sweeps", "GET /api/v1/sweeps", "GET /api/v1/sweeps/{id}", "DELETE /api/v1/sweeps/{id}"],
        ...["GET /api/v1/sweeps/{id}/trials", "GET /api/v1/sweeps/{id}/heatmap", "GET /api/v1/sweeps/{id}/events"],
        ...["POST /api/v1/walk-forwards", "GET /api/v1/walk-forwards", "GET /api/v1/walk-forwards/{id}"],
        ...[
          "DELETE /api/v1/walk-forwards/{id}",
          "GET /api/v1/walk-forwards/{id}/equity",
          "GET /api/v1/walk-forwards/{id}/events",
        ],
        ...["POST /api/v1/batches", "GET /api/v1/batches", "GET /api/v1/batches/{id}", "DELETE /api/v1/batches/{id}"],
        ...["POST /api/v1/jobs/{id}/verify", "GET /api/v1/strategies", "GET /api/v1/datasets", "PUT /api/v1/datasets/{symbol}"],
        ...["GET /api/v1/datasets/{symbol}", "DELETE /api/v1/datasets/{symbol}", "GET /api/v1/bars", "GET /health", "GET /ready"],
        ...["GET /metrics", "GET /openapi.json", "GET /docs"],
      ].sort(),
    );
  });

  test("names every operation once, under a tag that exists, with a summary", () => {
    const tags = listOf(document.tags).map((tag) => object(tag).name);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(operations.length);
    for (const { operation } of operations) {
      expect(operation.operationId).toMatch(/^[a-z]+[A-Za-z]+$/);
      expect(listOf(operation.tags).every((tag) => tags.includes(tag))).toBe(true);
      expect(operation.summary).toBeString();
    }
  });

  test("has no reference that leads nowhere, and no schema that nothing leads to", () => {
    const named = [...objectsIn(document)].flatMap(([, { $ref }]) => ($ref === undefined ? [] : [$ref]));
    for (const reference of named) expect(resolved(reference, document)).toBeObject();
    const used = new Set(named.map((reference) => String(reference).split("/").at(-1)));
    expect(Object.keys(schemas).filter((name) => !used.has(name))).toEqual([]);
  });

  test("declares each parameter of a path where it is used, and none that is not there", () => {
    for (const { path, operation } of operations) {
      const declared = listOf(operation.parameters ?? []).map(object);
      const inPath = declared.filter(({ in: place }) => place === "path").map(({ name }) => String(name));
      expect(inPath.sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort());
      const keys = declared.map(({ name, in: place }) => `${place} ${name}`);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { in: place, required, schema, description } of declared) {
        expect(["path", "query", "header"]).toContain(String(place));
        if (place === "path") expect(required).toBe(true);
        expect(schema).toBeObject();
        expect(description).toBeString();
      }
    }
  });

  test("tells every answer of every operation, problems among them", () => {
    for (const { operation } of operations) {
      const responses = Object.entries(object(operation.responses));
      expect(responses.some(([status]) => status.startsWith("2"))).toBe(true);
      for (const [status, response] of responses) {
        expect(status).toMatch(/^(20\d|304|4\d\d|5\d\d|default)$/);
        const { description, content } = object(response);
        expect(description).toBeString();
        if (Number(status) >= 400) expect(Object.keys(object(content))).toEqual(["application/problem+json"]);
        if (status === "204" || status === "304") expect(content).toBeUndefined();
      }
    }
  });

  test("names every code of a problem under its status", () => {
    const submit = object(object(object(paths["/api/v1/jobs"]).post).responses);
    for (const [code, status] of Object.entries(HTTP_STATUS)) expect(object(submit[status]).description).toContain(`\`${code}\``);
  });

  test("describes every field of every schema", () => {
    const silent = Object.entries(schemas).flatMap(([name, schema]) =>
      Object.entries(isObject(object(schema).properties) ? object(object(schema).properties) : {})
        .filter(([, field]) => !["description", "const", "$ref"].some((keyword) => keyword in object(field)))
        .map(([field]) => `${name}.${field}`),
    );
    expect(silent).toEqual([]);
  });

  test("uses no keyword of schemas that the check of answers does not know", () => {
    for (const [name, schema] of Object.entries(schemas)) {
      for (const value of [null, true, 1, "x", [], [{}], {}]) {
        expect(() => complaints(object(schema), value, { document }), name).not.toThrow();
      }
    }
  });

  test("holds default values and examples that its schemas allow", () => {
    for (const [at, schema] of objectsIn(schemas)) {
      const given = at.endsWith("/properties") ? [] : [...("default" in schema ? [schema.default] : []), ...examplesIn(schema)];
      for (const value of given) expect(complaints(schema, value, { document }, at)).toEqual([]);
    }
  });

  test("names the parameters of each strategy with their limits", () => {
    for (const [name, { params }] of Object.entries(strategies)) {
      const kind = listOf(object(schemas.JobRequest).oneOf)
        .map(object)
        .find(({ title }) => title === name);
      const schema = resolved(object(object(object(kind).properties).params).$ref, document);
      expect(Object.keys(object(schema.properties))).toEqual(Object.keys(params));
    }
    expect(object(object(schemas.MaCrossoverParams).properties)).toEqual({
      fast: { type: "integer", minimum: 1, maximum: 5000, default: 10, description: "period of the fast average (bars)" },
      slow: { type: "integer", minimum: 1, maximum: 5000, default: 30, description: "period of the slow average (bars)" },
      average: { type: "string", enum: ["sma", "ema", "wma"], default: "sma", description: "kind of both averages" },
    });
  });
});

function examplesIn({ examples }: Readonly<Record<string, unknown>>): readonly unknown[] {
  return Array.isArray(examples) ? examples : [];
}

test.each(Object.entries(jobExamples))("the example request %s is one that works", (_, { value }) => {
  expect(complaints(object(schemas.JobRequest), value, { document })).toEqual([]);
  const parsed = parseJob(value);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  if (parsed.value.bars !== undefined) expect(parseInlineBars(parsed.value.bars).ok).toBe(true);
});

test.each(Object.entries(sweepExamples))("the example sweep %s is one that works", (_, { value }) => {
  expect(complaints(object(schemas.SweepRequest), value, { document })).toEqual([]);
  expect(parseSweep(value)).toMatchObject({ ok: true });
});

test.each(Object.entries(walkForwardExamples))("the example walk-forward %s is one that works", (_, { value }) => {
  expect(complaints(object(schemas.WalkForwardRequest), value, { document })).toEqual([]);
  expect(parseWalkForward(value)).toMatchObject({ ok: true });
});

test.each(Object.entries(batchExamples))("the example batch %s is one that works", (_, { value }) => {
  expect(complaints(object(schemas.BatchRequest), value, { document })).toEqual([]);
  expect(parseBatch(value)).toMatchObject({ ok: true });
});
