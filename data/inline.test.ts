import { describe, expect, test } from "bun:test";
import { gate } from "../core/gate/gate.ts";
import { WHOLE_RANGE } from "../core/gate/range.ts";
import { NO_OFFSET } from "../core/gate/raw-bars.ts";
import { describeBarProvider } from "./conformance.ts";
import { inlineProvider, parseInlineBars } from "./inline.ts";

const BARS = {
  time: ["2024-01-02", "2024-01-03", "2024-01-04"],
  open: [100, 101, 102],
  high: [102, 103, 104],
  low: [99, 100, 101],
  close: [101, 102, 103],
  volume: [10, 20, 30],
};
const QUERY = { symbol: "MINE", interval: null, range: WHOLE_RANGE, warmupBars: 0, adjusted: true };
const DAY = 86_400_000;
const JAN_2 = Date.UTC(2024, 0, 2);

describeBarProvider("inline", async () => ({ provider: inlineProvider(BARS), known: QUERY, unknown: null }));

function parsed(change: Readonly<Record<string, unknown>>) {
  const bars = parseInlineBars({ ...BARS, ...change });
  if (!bars.ok) throw new Error(bars.error.detail);
  return bars.value;
}

function findings(value: unknown): (readonly [string, string])[] {
  const bars = parseInlineBars(value);
  if (bars.ok) throw new Error("the bars were taken");
  expect(bars.error.code).toBe("invalid_request");
  return bars.error.findings.map(({ path, message }) => [path, message]);
}

const changed = (change: Readonly<Record<string, unknown>>) => findings({ ...BARS, ...change });

describe("bars inside a request", () => {
  test("are taken as given, with days, instants or epoch milliseconds", () => {
    expect([...parsed({}).timeMs]).toEqual([JAN_2, JAN_2 + DAY, JAN_2 + 2 * DAY]);
    expect(parsed({}).offsetMinutes).toBeNull();
    expect([...parsed({ time: [JAN_2, 0, -DAY] }).timeMs]).toEqual([JAN_2, 0, -DAY]);
    const written = parsed({ time: ["2024-01-02T09:30-05:00", "2024-01-03T14:30:00Z", "2024-01-04T14:30"] });
    expect([...written.timeMs].map((ms) => ms - JAN_2)).toEqual([0, DAY, 2 * DAY].map((ms) => ms + 14.5 * 3_600_000));
    expect([...(written.offsetMinutes ?? [])]).toEqual([-300, 0, NO_OFFSET]);
    expect([...(parsed({}).volume ?? [])]).toEqual([10, 20, 30]);
  });

  test("are called bar 0, bar 1, ... in messages of the gate", () => {
    const judged = gate(parsed({ low: [99, 100, 0] }), {
      nowMs: JAN_2 + 9 * DAY,
      dataQuality: "fail",
      adjusted: true,
      splits: [],
      range: WHOLE_RANGE,
      warmupBars: 0,
      interval: null,
    });
    expect(judged.ok ? "" : judged.error.findings[0]?.path).toBe("bar 2");
  });

  test("keep null as an empty cell: a missing bar, a bad row, a volume that is not known", () => {
    const { open, close, volume } = parsed({ open: [100, null, 102], close: [101, null, null], volume: [10, null, 30] });
    expect([[...open], [...close], [...(volume ?? [])]]).toEqual([
      [100, Number.NaN, 102],
      [101, Number.NaN, Number.NaN],
      [10, Number.NaN, 30],
    ]);
  });

  test("need no volume", () => {
    const { volume: _, ...rest } = BARS;
    const bars = parseInlineBars(rest);
    expect(bars.ok && bars.value.volume).toBeNull();
  });

  test.each([[null], [7], ["x"], [[BARS]]])("are not %p", (value) => {
    expect(findings(value).map(([path]) => path)).toEqual(["bars"]);
  });

  test("name the cell that is wrong and what it holds", () => {
    expect(changed({ close: [101, "102", 103] })).toEqual([
      ["bars.close.1", 'bars.close.1 must be a finite number or null: got "102"'],
    ]);
    expect(changed(JSON.parse('{"high": [1e400, 103, -1e400], "volume": [1, true, 3]}'))).toEqual([
      ["bars.high.0", "bars.high.0 must be a finite number or null: got Infinity"],
      ["bars.high.2", "bars.high.2 must be a finite number or null: got -Infinity"],
      ["bars.volume.1", "bars.volume.1 must be a finite number or null: got true"],
    ]);
    expect(changed({ time: ["2024-01-02", "2024-02-30", null] })).toEqual([
      ["bars.time.1", 'bars.time.1 must be written as 2020-01-31 or 2020-01-31T14:30:00Z: got "2024-02-30"'],
      ["bars.time.2", "bars.time.2 must be an ISO time or epoch milliseconds: got null"],
    ]);
    expect(changed({ time: [0.5, 1e15, JAN_2] }).map(([path]) => path)).toEqual(["bars.time.0", "bars.time.1"]);
  });

  test("do not mix ways of writing times", () => {
    expect(changed({ time: ["2024-01-02", JAN_2 + DAY, "2024-01-04"] })).toEqual([
      ["bars.time.1", `bars.time.1 must be an ISO time as bars.time.0 is, not mixed: got ${JAN_2 + DAY}`],
    ]);
    expect(changed({ time: [JAN_2, "2024-01-03", JAN_2] })).toEqual([
      ["bars.time.1", 'bars.time.1 must be epoch milliseconds as bars.time.0 is, not mixed: got "2024-01-03"'],
    ]);
  });

  test("are refused when all times look like epoch seconds", () => {
    const [found] = changed({ time: [JAN_2, JAN_2 + DAY, JAN_2 + 2 * DAY].map((ms) => ms / 1000) });
    expect(found).toEqual([
      "bars.time.0",
      "bars.time.0 looks like epoch seconds, milliseconds are needed (times 1000), or ISO times: got 1704153600",
    ]);
  });

  test("are refused when a column is missing, unknown, no list, or of another length", () => {
    const { close: _, ...rest } = BARS;
    const known = "time, open, high, low, close and, if there is one, volume";
    expect(findings(rest)).toEqual([["bars.close", `bars.close is missing; columns are ${known}`]]);
    expect(changed({ adj_close: [1, 2, 3] })).toEqual([
      ["bars.adj_close", `"adj_close" is not a column of bars; columns are ${known}`],
    ]);
    expect(findings(JSON.parse(`{"__proto__": [], ${JSON.stringify(BARS).slice(1)}`))).toHaveLength(1);
    expect(changed({ open: { 0: 1 } })).toEqual([["bars.open", 'bars.open must be a list: got {"0":1}']]);
    expect(changed({ open: [1] })).toEqual([["bars.open", "bars.open has 1 values, bars.time has 3"]]);
    expect(findings({ time: [], open: [], high: [], low: [], close: [] })).toEqual([
      ["bars.time", "bars.time is empty; at least one bar is needed"],
    ]);
  });

  test("show the first 20 findings at most", () => {
    const many = { time: Array.from({ length: 50 }, (_, i) => i * DAY) };
    const bad = Object.fromEntries(["open", "high", "low", "close"].map((name) => [name, Array(50).fill("x")]));
    expect(findings({ ...many, ...bad })).toHaveLength(20);
  });
});
