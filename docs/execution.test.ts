import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { emptyBars } from "../core/bars.ts";
import { SIGNAL_EXIT, SIGNAL_LONG, SIGNAL_NONE, SIGNAL_SHORT } from "../core/engine/abi.ts";
import type { Engine, Execution } from "../core/engine/contract.ts";
import { BACKTEST_FIELDS, type BacktestRequest, parseBacktest } from "../core/requests/backtest.ts";
import { answerOf, REASONS } from "../core/run/answer.ts";
import type { Run } from "../core/run/backtest.ts";
import { splitBars } from "../core/run/splits.ts";
import { DAY_MS } from "../core/time.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { loadEngineWasm } from "../engine-wasm/load.ts";

const PAGE = readFileSync(new URL("./execution.md", import.meta.url), "utf8");
const FIRST_DAY = Date.UTC(2024, 0, 1);
const SIGNALS: Readonly<Record<string, number>> = {
  "-": SIGNAL_NONE,
  long: SIGNAL_LONG,
  short: SIGNAL_SHORT,
  exit: SIGNAL_EXIT,
};

/** A worked example of the page: settings as a request has them, a table of bars that ends with the equity, and what happened. */
interface Example {
  readonly title: string;
  readonly settings: object;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly outcome: readonly string[];
}

function examplesOf(page: string): Example[] {
  return [...page.matchAll(/```run ([^\n]+)\n([\s\S]*?)```/g)].map(([, title = "", body = ""]) => {
    const [settings = "", ...lines] = body.split("\n").filter((line) => line.trim() !== "");
    const parsed: unknown = JSON.parse(settings);
    if (typeof parsed !== "object" || parsed === null) throw new TypeError(`${title}: settings are an object`);
    const cells = lines.map((line) => line.trim().split(/\s+/));
    const [columns = []] = cells;
    const rows = cells.filter(([first = ""]) => /^\d+$/.test(first));
    return { title, settings: parsed, columns, rows, outcome: cells.slice(1 + rows.length).map((words) => words.join(" ")) };
  });
}

function number(value: number): string {
  return String(Number(value.toPrecision(12)));
}

function requestWith(settings: object): BacktestRequest {
  const request = parseBacktest({ symbol: "DOC", strategy: "buy_and_hold", ...settings });
  if (!request.ok) throw new Error(request.error.detail);
  return request.value;
}

/** The example run by an engine, told in the lines of the page. */
function retold({ settings, columns, rows }: Example, engine: Engine) {
  const bars = emptyBars(rows.length);
  const cell = (row: readonly string[], name: string) => row[columns.indexOf(name)] ?? "";
  const signals = Int8Array.from(rows, (row) => SIGNALS[cell(row, "signal")] ?? Number.NaN);
  rows.forEach((row, i) => {
    bars.timeMs[i] = FIRST_DAY + i * DAY_MS;
    for (const name of ["open", "high", "low", "close"] as const) bars[name][i] = Number(cell(row, name).replace("-", "NaN"));
    bars.volume[i] = columns.includes("volume") ? Number(cell(row, "volume")) : 1000;
  });
  const request = requestWith(settings);
  const execution: Execution = { ...request.execution, splits: splitBars(bars.timeMs, request.splits) };
  using simulator = engine.prepare(bars);
  const simulation = simulator.simulate(signals, execution);
  const run: Run = {
    request,
    origin: { source: "file", symbol: "DOC", adjusted: request.adjusted, synthetic: false, note: null },
    bars,
    interval: "1d",
    warnings: [],
    warmupBars: 0,
    periodsPerYear: 252,
    simulation,
    curve: Float64Array.of(execution.initialCash, ...simulation.equity),
    metrics: {},
    benchmark: {},
    benchmarkEquity: new Float64Array(rows.length),
    barsHash: "",
    resultHash: "",
    engine,
  };
  const answer = answerOf(run, { jobId: null, createdAtMs: 0, runtimeSeconds: 0, fallbackReason: null });
  const told = (value: string | number | null) => (typeof value === "number" ? number(value) : String(value));
  const { fills } = simulation;
  const { open_position: left } = answer;
  return {
    equity: Array.from(simulation.equity, number),
    reasons: answer.trades.map(({ exit_reason }) => exit_reason),
    events: answer.events.map(({ event }) => event),
    outcome: [
      ...Array.from(fills.bar, (bar, k) => {
        const [price, base] = [number(fills.price[k]!), number(fills.basePrice[k]!)];
        const at = price === base ? price : `${price} (${base} before slippage)`;
        const did = fills.side[k] === 1 ? "buy" : "sell";
        return `fill bar ${bar}: ${did} ${number(fills.quantity[k]!)} at ${at}, fee ${number(fills.fee[k]!)}, ${REASONS[fills.reason[k]!]}`;
      }),
      ...answer.trades.map(
        (trade) =>
          `trade ${trade.side} ${number(trade.quantity)}: bar ${trade.entry_bar} at ${number(trade.entry_price)} to bar ${trade.exit_bar} at ${number(trade.exit_price)}, fees ${number(trade.fees)}, pnl ${number(trade.pnl)}, return ${number(trade.return)}, ${trade.exit_reason}`,
      ),
      ...answer.events.map(({ bar, time: _, event, ...rest }) =>
        [`event bar ${bar}: ${event}`, ...Object.entries(rest).map(([name, value]) => `${name} ${told(value)}`)].join(", "),
      ),
      ...(left === null
        ? []
        : [
            `open ${left.side} ${number(left.quantity)}: bar ${left.entry_bar} at ${number(left.entry_price)}, entry_fee ${number(left.entry_fee)}, unrealized_pnl ${number(left.unrealized_pnl)}, stop ${told(left.stop)}, take_profit ${told(left.take_profit)}`,
          ]),
    ],
  };
}

/** The first cell of each row of the table under a heading, without its back quotes, and the other cells. */
function tableUnder(heading: string): Map<string, string[]> {
  const section = PAGE.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").flatMap((line) => {
    const [name, ...cells] = line.split("|").slice(1, -1);
    const key = /^ `([a-z_]+)` $/.exec(name ?? "")?.[1];
    return key === undefined ? [] : [[key, cells.map((text) => text.trim())] as const];
  });
  return new Map(rows);
}

const examples = examplesOf(PAGE);
const engines: readonly (readonly [string, () => Promise<Engine>])[] = [
  ["ts", async () => engineTs],
  ["wasm", loadEngineWasm],
];

describe("docs/execution.md", () => {
  test("has worked examples", () => {
    expect(examples.length).toBeGreaterThanOrEqual(25);
    expect(PAGE.match(/```run/g)?.length).toBe(examples.length);
  });

  describe.each(engines)("as %s runs it", (_, load) => {
    test.each(examples.map((example) => [example.title, example] as const))("%s", async (_title, example) => {
      const { equity, outcome } = retold(example, await load());
      const written = example.rows.map((row) => row[example.columns.indexOf("equity")] ?? "");
      expect(written).toEqual(equity);
      expect(example.outcome).toEqual(outcome);
    });
  });

  test("lists every exit reason, and an example ends a trade for each of them", () => {
    const seen = new Set(examples.flatMap((example) => retold(example, engineTs).reasons));
    expect([...tableUnder("Exit reasons").keys()]).toEqual([...REASONS]);
    expect([...seen].sort()).toEqual([...REASONS].sort());
  });

  test("lists every event, and an example shows each of them", () => {
    const seen = new Set(examples.flatMap((example) => retold(example, engineTs).events));
    expect([...tableUnder("Events").keys()].sort()).toEqual([...seen].sort());
    expect(seen.size).toBe(5);
  });

  test("has a row for every field of a request, and no other", () => {
    expect([...tableUnder("Settings").keys()].sort()).toEqual([...BACKTEST_FIELDS].sort());
  });

  test("gives the default of every setting", () => {
    const request = requestWith({});
    const { sizing, ...execution } = request.execution;
    const defaults = new Map<string, unknown>([["sizing", sizing]]);
    for (const [name, value] of Object.entries({ ...request, ...execution }))
      defaults.set(
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        value,
      );
    const written = new Map([...tableUnder("Settings")].map(([name, [value = ""]]) => [name, value.replaceAll("`", "")]));
    for (const name of ["symbol", "strategy"]) expect(written.get(name)).toBe("required");
    const worded = ["params", "signals", "start", "end"].map((name) => written.get(name));
    expect(worded).toEqual(["the strategy's", "none", "null", "null"]);
    expect(written.get("direction")).toBe(request.strategy.direction);
    expect(request.range).toEqual({ startMs: -Infinity, endMs: Infinity });
    const others = [...written].filter(
      ([name]) => !["symbol", "strategy", "params", "signals", "start", "end", "direction"].includes(name),
    );
    for (const [name, value] of others) {
      const actual = defaults.get(name);
      expect([name, value]).toEqual([name, typeof actual === "string" ? actual : JSON.stringify(actual)]);
    }
    expect(others.length).toBeGreaterThan(20);
  });
});
