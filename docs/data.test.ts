import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { defaultPeriodsPerYear } from "../core/calendar.ts";
import type { AppError } from "../core/errors.ts";
import { type GatedBars, gate } from "../core/gate/gate.ts";
import { WHOLE_RANGE } from "../core/gate/range.ts";
import { gateRules } from "../core/gate/registry.ts";
import type { GateSettings } from "../core/gate/rule.ts";
import type { Result } from "../core/result.ts";
import { DAY_MS, formatTime, MINUTE_MS } from "../core/time.ts";
import { readCsv } from "../data/csv.ts";
import { parseInlineBars } from "../data/inline.ts";
import { sources } from "../data/registry.ts";
import { sampleSeries } from "../data/sample.ts";
import { yahooProvider } from "../data/yahoo.ts";
import { startStandIn } from "../data/yahoo-stand-in.ts";

const PAGE = readFileSync(new URL("./data.md", import.meta.url), "utf8");
const SETTINGS: GateSettings = {
  nowMs: Date.UTC(2024, 11, 31),
  dataQuality: "fail",
  adjusted: true,
  splits: [],
  range: WHOLE_RANGE,
  warmupBars: 0,
  interval: null,
};
const HEADER = "date,open,high,low,close,volume";
const BAR = on("2024-01-02");

/** The same harmless bar at any time. */
function on(time: string): string {
  return `${time},100,101,99,100,500`;
}

/** Rows of the table under a heading as cells, header and rule left out. */
function tableUnder(heading: string): string[][] {
  const section = PAGE.split(`# ${heading}\n`)[1]?.split("\n#")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((line) => {
    const cells = line.split("|").slice(1, -1);
    return cells.map((cell) => cell.trim().replace(/^`(.*)`$/, "$1"));
  });
}

function judged(file: string | Uint8Array, change: Partial<GateSettings> = {}): Result<GatedBars, AppError> {
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  const raw = readCsv(bytes, change.adjusted ?? true);
  return raw.ok ? gate(raw.value, { ...SETTINGS, ...change }) : raw;
}

function csv(...rows: readonly string[]): string {
  return `${[HEADER, ...rows].join("\n")}\n`;
}

/** A file that breaks each rule. */
const BROKEN: Readonly<Record<keyof typeof gateRules, string>> = {
  mixed_offsets: csv(on("2024-01-02T14:30:00Z"), on("2024-01-02T14:31:00")),
  text_cell: csv("2024-01-02,100,101,99,oops,500"),
  not_finite: csv("2024-01-02,100,inf,99,100,500"),
  future_bar: csv("2031-01-01,100,101,99,100,500"),
  conflicting_bars: csv(BAR, "2024-01-02,100,101,99,101,500"),
  price_not_positive: csv("2024-01-02,100,101,0,100,500"),
  negative_volume: csv("2024-01-02,100,101,99,100,-5"),
  prices_out_of_order: csv("2024-01-02,105,101,99,100,500"),
  partial_prices: csv("2024-01-02,100,,99,100,500"),
  split_like_jump: csv(BAR, "2024-01-03,25,26,24,25,500"),
  weekend_bars: csv(on("2024-01-05"), on("2024-01-06"), on("2024-01-08")),
  zero_volume: csv("2024-01-02,100,101,99,100,0"),
  flat_run: csv(...["02", "03", "04", "05", "08", "09", "10", "11", "12", "15"].map((day) => on(`2024-01-${day}`))),
};

/** What the gate does with a file under each kind of judgement, and the first row it names. */
function outcome(code: string, file: string): string[] {
  let example = "";
  const effects = (["fail", "warn"] as const).map((dataQuality) => {
    const gated = judged(file, { dataQuality });
    if (!gated.ok) {
      const [first] = gated.error.findings;
      example = `${first?.path}: ${first?.message}`;
      return gated.error.code === "bad_data" ? "refused" : gated.error.code;
    }
    const warning = gated.value.warnings.find((found) => found.code === code);
    example = example || (warning?.message.split("; first: ")[1] ?? "");
    return warning?.message.includes("treated as missing") ? "missing" : warning === undefined ? "nothing" : "warning";
  });
  return [code, ...effects, example];
}

describe("docs/data.md", () => {
  test("names every rule of the gate, in its order, with what it does and the message it gives", () => {
    const written = tableUnder("Rules");
    expect(written.map(([code]) => code ?? "")).toEqual(Object.keys(gateRules));
    expect(written).toEqual(Object.entries(BROKEN).map(([code, file]) => outcome(code, file)));
  });

  test("tells when a jump like a split is refused", () => {
    const file = BROKEN.split_like_jump;
    const refused = judged(file, { adjusted: false });
    expect(refused.ok ? "" : refused.error.code).toBe("bad_data");
    expect(judged(file, { adjusted: false, dataQuality: "warn" }).ok).toBe(true);
    expect(judged(file, { adjusted: false, splits: [{ timeMs: Date.UTC(2024, 0, 3), ratio: 4 }] }).ok).toBe(true);
    expect(judged(csv(BAR, "2024-01-03,61,61,61,61,500"), { adjusted: false }).ok).toBe(true);
  });

  test("quotes the repairs and remarks as they are made", () => {
    const second = on("2024-01-03");
    const found = [
      csv(second, BAR),
      csv(second, BAR, on("2024-01-04")),
      csv(BAR, BAR),
      csv(BAR, ",,,,,"),
      "date,open,high,low,close\n2024-01-02,100,101,99,100\n",
      "date,open,high,low,close,adj close,volume\n2024-01-02,100,101,99,100,50,500\n",
      csv(on("03/04/2020")),
    ].map((file) => {
      const gated = judged(file);
      return gated.ok ? gated.value.warnings.flatMap(({ code, message }) => [code, message]) : [gated.error.detail];
    });
    expect(tableUnder("Repairs and remarks")).toEqual(found);
  });

  test("quotes the messages about files that cannot be read", () => {
    const bytes = (...head: number[]) => Uint8Array.from(head);
    const files = [
      " \n",
      csv(),
      bytes(0xff, 0xfe, 0x61),
      bytes(0x1f, 0x8b),
      bytes(0, 97),
      BAR,
      "date,open,high,low,price\n2024-01-02,100,101,99,100\n",
      "date,open,high,low,close,Close\n2024-01-02,100,101,99,100,100\n",
      csv("2024-01-02,100,101,99,100"),
      csv('2024-01-02,"100,101,99,100,500'),
      csv("yesterday,100,101,99,100,500"),
      csv(",100,101,99,100,500"),
      csv(on("2024-01-02T14:30:00Z"), on("2024-01-02T14:30:05Z")),
    ];
    const found = files.map((file) => {
      const gated = judged(file);
      return gated.ok ? [] : [gated.error.code, gated.error.detail];
    });
    expect(tableUnder("Files that cannot be read").map((row) => row.slice(0, 2))).toEqual(found);
  });

  test("names the sources", () => {
    expect(tableUnder("Sources").map(([name]) => name ?? "")).toEqual(Object.keys(sources));
  });

  test("quotes the messages about bars inside a request", () => {
    const cells = (value: unknown) => ({ open: value, high: value, low: value, close: value });
    const bars = { time: ["2024-01-02", "2024-01-03"], ...cells([100, 101]) };
    const numbers = (...time: number[]) => ({ ...bars, time });
    const { close: _, ...withoutClose } = bars;
    const bad = [
      [1],
      withoutClose,
      { ...bars, adj_close: [] },
      { ...bars, low: 7 },
      { ...bars, low: [99] },
      { time: [], ...cells([]) },
      { ...bars, close: [100, "101"] },
      { ...bars, time: ["2024-01-02", "02.01.2024"] },
      numbers(0, 0.5),
      { ...bars, time: ["2024-01-02", 1_704_153_600_000] },
      numbers(1_704_153_600, 1_704_240_000),
    ];
    const found = bad.map((value) => {
      const parsed = parseInlineBars(value);
      return parsed.ok ? "" : parsed.error.detail;
    });
    expect(tableUnder("Bars inside a request").map(([message]) => message ?? "")).toEqual(found);
  });

  test("quotes the messages about Yahoo", async () => {
    const standIn = startStandIn();
    const written = tableUnder("When Yahoo does not answer");
    const range = { startMs: Date.UTC(2024, 0, 1), endMs: Date.UTC(2024, 1, 1) };
    const found: string[][] = [];
    for (const [, , symbol = ""] of written) {
      const patience = symbol === "FAULT-HANG" ? { connectMs: 100, retries: 0 } : {};
      const yahoo = yahooProvider({ baseUrl: standIn.url, backoffMs: 1, ...patience });
      const answer = await yahoo.bars({ symbol, interval: null, range, warmupBars: 0, adjusted: true });
      found.push(answer.ok ? [] : [answer.error.code, answer.error.detail, symbol]);
    }
    await standIn.stop();
    expect(written).toEqual(found);
    expect(written.length).toBeGreaterThan(5);
  });

  test("lists the sample series with their length and range", () => {
    const found = Object.entries(sampleSeries).map(([name, series]) => {
      const gated = gate(series.build(), { ...SETTINGS, nowMs: Date.UTC(2025, 0, 1) });
      if (!gated.ok) throw new Error(gated.error.detail);
      const { bars, interval, warnings } = gated.value;
      expect(warnings).toEqual([]);
      const ends = [bars.timeMs[0] ?? 0, bars.timeMs.at(-1) ?? 0].map((ms) => formatTime(ms, interval));
      return [name, interval, String(bars.timeMs.length), ...ends];
    });
    expect(tableUnder("Sample series").map((row) => row.slice(0, 5))).toEqual(found);
  });

  test("gives the periods per year of its examples", () => {
    const times = (n: number, step: number) => Float64Array.from({ length: n }, (_, i) => i * step);
    const session = Float64Array.from({ length: 780 }, (_, i) => Math.floor(i / 390) * DAY_MS + (i % 390) * MINUTE_MS);
    const found = [
      defaultPeriodsPerYear(times(30, 7 * DAY_MS), "1wk"),
      defaultPeriodsPerYear(times(30, 30 * DAY_MS), "1mo"),
      defaultPeriodsPerYear(times(30, DAY_MS), "1d"),
      defaultPeriodsPerYear(times(20_000, MINUTE_MS), "1m"),
      defaultPeriodsPerYear(
        times(30, DAY_MS).filter((ms) => (ms / DAY_MS + 4) % 7 < 5),
        "1d",
      ),
      defaultPeriodsPerYear(session, "1m"),
    ];
    expect(found).toEqual([52, 12, 365.25, 525_960, 252, 98_280]);
    const written = tableUnder("Periods per year").map(([, periods = ""]) => periods);
    const figures = written.flatMap((text) => (text.split(": ").at(-1) ?? "").match(/\d[\d,.]*\d/g) ?? []);
    expect(figures.map((figure) => Number(figure.replaceAll(",", "")))).toEqual(found);
  });
});
