import { describe, expect, test } from "bun:test";
import { backgrid, barsFile, FOUR_BARS, fileOf, HEADER, WAVE } from "../test-session.ts";

const HOLD = ["run", "--strategy", "buy_and_hold", "--symbol", "ACME"];
const CROSS = ["run", "--strategy", "ma_crossover", "--fast", "3", "--slow", "8"];

async function reportOf(args: readonly string[], columns?: number): Promise<string> {
  const { exitCode, out, errors } = await backgrid(args, columns === undefined ? {} : { columns });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  return out;
}

/** The cells of the line that starts with a label. */
function line(report: string, label: string): string[] {
  const found = report.split("\n").find((text) => text.startsWith(label)) ?? "";
  return found.split(/\s{2,}/);
}

describe("the report", () => {
  test("tells what was run, on what", async () => {
    const report = await reportOf([
      ...CROSS,
      "--file",
      barsFile(WAVE),
      "--symbol",
      "ACME",
      "--warmup",
      "auto",
      "--start",
      "2020-02-01",
    ]);
    expect(report).toStartWith("ACME  ma_crossover (fast 3, slow 8, average sma, long only)\n");
    expect(report).toContain("2020-02-01 to 2020-02-29, 29 daily bars, 7 more as warm-up, source file");
    expect(report).not.toContain("SYNTHETIC");
  });

  test("calls made-up prices synthetic", async () => {
    expect(await reportOf(["run", "--source", "sample", "--strategy", "momentum"])).toContain("\nSYNTHETIC made-up prices");
  });

  test("shows each figure beside that of buy and hold", async () => {
    const report = await reportOf([...HOLD, "--file", fileOf(FOUR_BARS), "--close-at-end"]);
    expect(line(report, "Final equity")).toEqual(["Final equity", "15,000.00", "15,000.00", "Closed trades", "1"]);
    expect(line(report, "Total return")).toEqual(["Total return", "50.00 %", "50.00 %", "Win rate", "100.00 %"]);
    expect(line(report, "Max drawdown").slice(0, 3)).toEqual(["Max drawdown", "-25.00 %", "-25.00 %"]);
    expect(line(report, "Exposure")).toEqual(["Exposure", "75.00 %", "Fees paid", "0.00"]);
  });

  test("says why a figure is undefined", async () => {
    const report = await reportOf([...HOLD, "--file", fileOf(`${HEADER}\n2024-01-02,10,10,10,10,1\n`)]);
    expect(line(report, "Sharpe")).toContain("n/a");
    expect(report).toContain("n/a because no trade was closed: Win rate, Profit factor,");
    expect(report).toContain("n/a because returns do not vary: Sharpe");
  });

  test("warns of figures that rest on few trades", async () => {
    expect(await reportOf([...HOLD, "--file", fileOf(FOUR_BARS), "--close-at-end"])).toContain(
      "! the figures rest on 1 closed trade:",
    );
    const many = await reportOf(["run", "--source", "sample", "--strategy", "ma_crossover"]);
    expect(many).not.toContain("the figures rest on");
  });

  test("tells what is still open at the end", async () => {
    const report = await reportOf([...HOLD, "--file", fileOf(FOUR_BARS)]);
    expect(report).toContain("! still open at the end: long 1000 since 2024-01-03 at 10, 5,000.00 not");
  });

  test("counts the orders that were refused, and the one that came too late", async () => {
    const refused = await reportOf([...HOLD, "--file", fileOf(FOUR_BARS), "--sizing", "shares:5000"]);
    expect(refused).toContain("! 1 order was rejected for want of cash");
    const nothing = await reportOf([...HOLD, "--file", fileOf(FOUR_BARS), "--no-fractional", "--cash", "5"]);
    expect(nothing).toContain("! 1 order was rejected because the size came to no whole unit");
    const late = await reportOf([...HOLD, "--file", fileOf(`${HEADER}\n2024-01-02,10,10,10,10,1\n`)]);
    expect(late).toContain("! the last signal had no bar left to be filled in");
  });

  test("passes the warnings about the data on", async () => {
    const [header = "", ...rows] = FOUR_BARS.trim().split("\n");
    const report = await reportOf([...HOLD, "--file", fileOf(`${[header, ...rows.reverse()].join("\n")}\n`)]);
    expect(report).toContain("! rows came newest first; they were put in order, oldest first");
  });

  test("says that costs are nil, or what they are", async () => {
    const free = await reportOf([...HOLD, "--file", fileOf(FOUR_BARS)]);
    expect(free).toContain("- no commission or slippage: pass --commission 0.001 --slippage 0.0005");
    const priced = await reportOf([
      ...HOLD,
      "--file",
      fileOf(FOUR_BARS),
      "--fees",
      "0.001",
      "--commission-fixed",
      "2",
      "--sizing",
      "shares:7",
    ]);
    expect(priced).toContain("- each fill costs commission 0.1 % + 2.00 and slippage 0 %");
    expect(priced).toContain("7 shares a position");
  });

  test("ends with the engine and the hash of the result", async () => {
    const report = await reportOf([...HOLD, "--file", fileOf(FOUR_BARS), "--engine", "ts"]);
    expect(report).toMatch(/\nengine ts \d+\.\d+\.\d+, \d+\.\d ms\nresult sha256:[0-9a-f]{64}\n$/);
  });

  test("keeps to the width of the terminal, with the charts across all of it", async () => {
    for (const columns of [48, 60, 80, 120]) {
      const report = await reportOf([...CROSS, "--file", barsFile(WAVE), "--trades", "all"], columns);
      const widths = report
        .split("\n")
        .filter((text) => !text.startsWith("result "))
        .map((text) => text.length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
      const chart = report.split("\n").filter((text) => /[│┤]/.test(text));
      expect(new Set(chart.map((text) => text.length))).toEqual(new Set([columns]));
    }
  });

  test("labels the charts with their extremes and dates", async () => {
    const report = await reportOf([...HOLD, "--file", fileOf(FOUR_BARS)]);
    expect(report).toMatch(/Equity\n15,000\.00 ┤/);
    expect(report).toMatch(/\n 9,000\.00 ┤/);
    expect(report).toMatch(/Drawdown\n {3}0\.00 % ┤/);
    expect(report).toMatch(/\n -25\.00 % ┤/);
    expect(report).toMatch(/\n\s+2024-01-02\s+2024-01-04\s+2024-01-05\n/);
  });

  test("shows equity that grows many times over on a log scale, and says so", async () => {
    const report = await reportOf([...HOLD, "--file", barsFile([1, 1, 2, 4, 8])]);
    expect(report).toContain("Equity, log scale\n");
  });

  test("has no escape sequences without colours, and the same words with them", async () => {
    const args = [...HOLD, "--file", fileOf(FOUR_BARS), "--engine", "ts"];
    const timeless = (text: string) => text.replace(/\d+\.\d ms/, "");
    const plain = await reportOf(args);
    expect(plain).not.toContain("\x1b");
    const { out } = await backgrid(args, { colours: true });
    expect(out).toContain("\x1b[1m");
    expect(timeless(Bun.stripANSI(out))).toBe(timeless(plain));
  });
});

describe("--trades", () => {
  test("lists the last ten, another number, or all", async () => {
    const run = ["run", "--source", "sample", "--strategy", "ma_crossover"];
    const rows = (report: string) => report.match(/^\d{4}-\d\d-\d\d {2}\d{4}-\d\d-\d\d .*$/gm) ?? [];
    const all = rows(await reportOf([...run, "--trades", "all"]));
    expect(all.length).toBeGreaterThan(30);
    expect(rows(await reportOf([...run, "--trades"]))).toHaveLength(10);
    const three = await reportOf([...run, "--trades", "3"]);
    expect(three).toContain(`The last 3 of ${all.length} closed trades\n`);
    expect(rows(three).map((row) => row.slice(0, 22))).toEqual(all.slice(-3).map((row) => row.slice(0, 22)));
    expect(rows(await reportOf(run))).toEqual([]);
  });

  test("a row holds both ends of the trade, its profit and why it ended", async () => {
    const report = await reportOf([...HOLD, "--file", fileOf(FOUR_BARS), "--close-at-end", "--trades"], 120);
    expect(report).toContain("\n1 closed trade\n");
    expect(line(report, "2024-01-03  2024-01-05")).toEqual(
      "2024-01-03 2024-01-05 long 1,000.00 10.0000 15.0000 0.00 5,000.00 50.00_% 2 end"
        .split(" ")
        .map((cell) => cell.replace("_", " ")),
    );
  });

  test("leaves out what a narrow terminal has no room for", async () => {
    const args = [...HOLD, "--file", fileOf(FOUR_BARS), "--close-at-end", "--trades"];
    expect(await reportOf(args, 120)).toMatch(/entry +exit +side +quantity +entry at +exit at +fees +profit +return +bars +why/);
    expect(await reportOf(args, 75)).toMatch(/entry +exit +side +entry at +exit at +profit +return +why\n/);
    expect(await reportOf(args, 50)).toMatch(/entry +exit +side +profit +return\n/);
  });

  test("says that there was none", async () => {
    expect(await reportOf([...HOLD, "--file", fileOf(FOUR_BARS), "--trades"])).toContain("\nNo trade was closed\n");
  });
});
