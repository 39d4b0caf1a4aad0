import { describe, expect, test } from "bun:test";
import { STRATEGY_NAMES } from "../../core/requests/strategy-choice.ts";
import { openApiDocument } from "../openapi/document.ts";
import { complaints, listOf, object, resolved } from "../openapi/schema-check.ts";
import { strategiesRoutes } from "./strategies.ts";

const app = strategiesRoutes();
const ADDRESS = "/api/v1/strategies";

describe("the list of strategies", () => {
  test("holds every name that a request may have, as the document says", async () => {
    const body = object(await (await app.request(ADDRESS)).json());
    expect(listOf(body.items).map((item) => object(item).name)).toEqual([...STRATEGY_NAMES]);
    const document = openApiDocument("0.1.0");
    const schema = resolved("#/components/schemas/StrategyList", document);
    expect(complaints(schema, body, { document, closed: true })).toEqual([]);
  });

  test("tells limits, defaults and what must hold between parameters", async () => {
    const body = object(await (await app.request(ADDRESS)).json());
    expect(listOf(body.items).find((item) => object(item).name === "ma_crossover")).toEqual({
      name: "ma_crossover",
      doc: "Long while the fast average of the close is above the slow one, short while below, flat while equal.",
      directions: ["long", "short", "both"],
      params: [
        { name: "fast", kind: "integer", min: 1, max: 5000, default: 10, unit: "bars", doc: "period of the fast average" },
        { name: "slow", kind: "integer", min: 1, max: 5000, default: 30, unit: "bars", doc: "period of the slow average" },
        {
          name: "average",
          kind: "choice",
          choices: ["sma", "ema", "wma"],
          default: "sma",
          unit: "",
          doc: "kind of both averages",
        },
      ],
      constraints: ["fast < slow"],
    });
    expect(listOf(body.items).at(-1)).toMatchObject({ name: "signals", directions: [], params: [] });
  });

  test("is a table where that is wanted", async () => {
    const response = await app.request(ADDRESS, { headers: { accept: "text/csv" } });
    const lines = (await response.text()).split("\r\n");
    expect(lines[0]).toBe("name,doc,directions,params,constraints");
    expect(lines).toHaveLength(STRATEGY_NAMES.length + 2);
  });

  test("takes no query parameter", async () => {
    const response = await app.request(`${ADDRESS}?name=momentum`);
    expect(response.status).toBe(400);
    expect(object(await response.json()).errors).toEqual([
      { path: "name", message: '"name" is not a query parameter; there are none here' },
    ]);
  });
});
