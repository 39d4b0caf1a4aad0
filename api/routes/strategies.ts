import { Hono } from "hono";
import { GIVEN_SIGNALS } from "../../core/requests/strategy-choice.ts";
import { strategies } from "../../core/strategies/registry.ts";
import { DIRECTIONS } from "../../core/strategies/signals.ts";
import type { Strategy } from "../../core/strategies/strategy.ts";
import type { Env } from "../http/env.ts";
import { listAnswer } from "../http/list.ts";
import { problem } from "../http/problem.ts";
import { refusedQuery } from "../http/query.ts";

const OWN_SIGNALS = {
  name: GIVEN_SIGNALS,
  doc: "The caller's own signals, one for each row of the caller's own bars, taken as they stand.",
  directions: [],
  params: [],
  constraints: [],
};
const FIELDS = Object.keys(OWN_SIGNALS);

/** `GET /api/v1/strategies`: every strategy with its parameters, their limits and defaults. */
export function strategiesRoutes(): Hono<Env> {
  const items = [...Object.entries<Strategy>(strategies).map(listed), OWN_SIGNALS];
  return new Hono<Env>().get("/api/v1/strategies", (c) => {
    const refused = refusedQuery(c.req.url);
    return refused === null ? listAnswer(c, FIELDS, items, null) : problem(c, refused);
  });
}

function listed([name, { doc, params, rules }]: readonly [string, Strategy]) {
  return {
    name,
    doc,
    directions: DIRECTIONS,
    params: Object.entries(params).map(([param, spec]) => ({ name: param, ...spec })),
    constraints: rules.map(({ left, right }) => `${left} < ${right}`),
  };
}
