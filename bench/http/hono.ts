import { ms } from "../receipt.ts";
import { load, startProgram } from "./program.ts";
import { type Effort, report, spread, whole } from "./report.ts";
import type { LoadResult } from "./spec.ts";

const VARIANTS = {
  fetch: "Bun.serve, one function that compares paths",
  routes: "Bun.serve, its own routes",
  hono: "Hono",
  edge: "Hono behind this service's edge (request id, guards, headers, figures)",
  node: "node:http, as Bun has it",
} as const;
type Variant = keyof typeof VARIANTS;
const NAMES = ["fetch", "routes", "hono", "edge", "node"] as const satisfies readonly Variant[];
const CONNECTIONS = 32;
const BODY = JSON.stringify({ symbol: "AAPL", strategy: "ma_crossover", params: { fast: 10, slow: 30 }, start: "2020-01-01" });

interface Round extends LoadResult {
  /** Microseconds of processor time a request, in the server. */
  readonly cpuUs: number;
}

/** What a web framework costs on a route that reads JSON and answers JSON. */
export async function benchHono(effort: Effort): Promise<void> {
  const seconds = effort.quick ? 1 : 4;
  const taken = new Map<Variant, Round[]>(NAMES.map((name) => [name, []]));
  for (let round = 0; round < (effort.quick ? 1 : 5); round++) {
    for (const name of NAMES) taken.get(name)?.push(await measured(name, seconds));
  }
  const results = NAMES.map((name) => ({ name, rounds: taken.get(name) ?? [] }));
  report(effort, "DL-009", "hono", "hono", results, {
    title: "A JSON route with and without Hono",
    notes: [
      `POST /echo: ${BODY.length} bytes of JSON are read, parsed, put into an answer and written; each way in a process of its own, in turn; ${CONNECTIONS} connections of autocannon, ${seconds} s after 1 s of warm-up.`,
      "autocannon is the slower end of most of these: compare the processor time of the server a request, which does not depend on it.",
    ],
    columns: ["server", "CPU µs/request", "requests/s", "p50 ms", "p99 ms", "not 200"],
    rows: results.map(({ name, rounds }) => {
      const figure = (read: (round: Round) => number, shown: (value: number) => string) => spread(rounds.map(read), shown);
      return [
        VARIANTS[name],
        figure(({ cpuUs }) => cpuUs, ms),
        figure(({ perSecond }) => perSecond, whole),
        figure(({ p50 }) => p50, ms),
        figure(({ p99 }) => p99, ms),
        whole(rounds.reduce((sum, { bad }) => sum + bad, 0)),
      ];
    }),
  });
}

async function measured(name: Variant, seconds: number): Promise<Round> {
  await using server = await startProgram("hono-child.ts", name);
  const call = { url: `${server.url}/echo`, method: "POST", body: BODY } as const;
  await load({ call, connections: CONNECTIONS, warmupSeconds: 0, seconds: 1 });
  const before = await cpuUs(server.url);
  const result = await load({ call, connections: CONNECTIONS, warmupSeconds: 0, seconds });
  return { ...result, cpuUs: ((await cpuUs(server.url)) - before) / result.requests };
}

async function cpuUs(url: string): Promise<number> {
  const { user, system }: NodeJS.CpuUsage = JSON.parse(await (await fetch(`${url}/cpu`)).text());
  return user + system;
}
