import { describe, expect, test } from "bun:test";
import type { AppError } from "../errors.ts";
import { type BatchOptions, type BatchRequest, parseBatch, requestOn } from "./batch.ts";
import { parseJob } from "./job.ts";
import { parseSweep } from "./sweep.ts";

const JOB = { strategy: "ma_crossover", params: { fast: 5, slow: 20 }, commission: 0.001 };
const SWEEP = { strategy: "ma_crossover", params: { fast: [5, 10], slow: { from: 20, to: 40, step: 10 } } };
const SYMBOLS = ["AAPL", "brk-b", "^GSPC"];

function accepted(input: object, options: BatchOptions = {}): BatchRequest {
  const parsed = parseBatch(input, options);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

function refused(input: unknown): AppError {
  const parsed = parseBatch(input);
  if (parsed.ok) throw new Error(`let through: ${parsed.value.shared}`);
  return parsed.error;
}

/** The one message of a batch of jobs with these fields. */
const complaint = (job: object) => refused({ symbols: SYMBOLS, job: { ...JOB, ...job } }).findings;
const paths = (input: unknown) => refused(input).findings.map(({ path }) => path);

describe("a request for a batch", () => {
  test("is symbols, in upper case, and a job", () => {
    const batch = accepted({ symbols: SYMBOLS, job: JOB });
    expect(batch).toMatchObject({ kind: "backtest", source: "yahoo", strategy: "ma_crossover" });
    expect(batch.symbols).toEqual(["AAPL", "BRK-B", "^GSPC"]);
  });

  test("is symbols and a sweep, whose parameters keep their order", () => {
    const sweep = { source: "dataset", ...SWEEP, params: { slow: [20, 30], fast: [5] } };
    const batch = accepted({ symbols: ["A"], sweep });
    expect(batch).toMatchObject({ kind: "sweep", source: "dataset", symbols: ["A"] });
    expect(requestOn("A", batch)).toBe(
      '{"symbol":"A","source":"dataset","strategy":"ma_crossover","params":{"slow":[20,30],"fast":[5]}}',
    );
  });

  test("asks of each symbol what a request for it alone asks", () => {
    const runs = accepted({ symbols: SYMBOLS, job: JOB });
    const sweeps = accepted({ symbols: SYMBOLS, sweep: SWEEP });
    for (const symbol of runs.symbols) {
      expect(parseJob(JSON.parse(requestOn(symbol, runs)))).toEqual(parseJob({ symbol, ...JOB }));
      expect(parseSweep(JSON.parse(requestOn(symbol, sweeps)))).toEqual(parseSweep({ symbol, ...SWEEP }));
    }
  });

  test("lets faults through where they are known", () => {
    const batch = accepted({ symbols: ["A"], job: { strategy: "fault_loop" } }, { faults: ["fault_loop"] });
    expect(batch.strategy).toBe("fault_loop");
    expect(paths({ symbols: ["A"], job: { strategy: "fault_loop" } })).toEqual(["job.strategy"]);
  });

  test.each([
    ["a list of nothing", []],
    ["too many", Array.from({ length: 1001 }, (_, k) => `S${k}`)],
    ["no list", "AAPL"],
    ["nothing", undefined],
    ["null", null],
  ])("with %s for its symbols is refused with what is allowed", (_, symbols) => {
    const [finding] = refused({ symbols, job: JOB }).findings;
    expect(finding?.path).toBe("symbols");
    expect(finding?.message).toStartWith("symbols must be a list of 1 to 1000 symbols: got ");
  });

  test("may have 1000 symbols", () => {
    const symbols = Array.from({ length: 1000 }, (_, k) => `S${k}`);
    expect(accepted({ symbols, job: JOB }).symbols).toEqual(symbols);
  });

  test("names each symbol that is none, or is there before", () => {
    const { findings } = refused({ symbols: ["AAPL", "A/B", "aapl", 7, "ſ", null, "TOOLONGNAME"], job: JOB });
    expect(findings).toEqual([
      { path: "symbols.1", message: 'symbols.1 must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got "A/B"' },
      { path: "symbols.2", message: 'symbols.2 must be another symbol than symbols.0: got "aapl"' },
      { path: "symbols.3", message: "symbols.3 must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got 7" },
      { path: "symbols.4", message: 'symbols.4 must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got "ſ"' },
      { path: "symbols.5", message: "symbols.5 must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got null" },
      { path: "symbols.6", message: 'symbols.6 must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got "TOOLONGNAME"' },
    ]);
  });

  test("has a job or a sweep, not both and not neither", () => {
    expect(refused({ symbols: SYMBOLS }).findings).toEqual([
      { path: "job", message: "a batch has either job or sweep: got neither" },
    ]);
    expect(refused({ symbols: SYMBOLS, job: JOB, sweep: SWEEP }).findings).toEqual([
      { path: "sweep", message: "a batch has either job or sweep: got both" },
    ]);
  });

  test("tells everything that is wrong at once, each with its path", () => {
    expect(
      paths({ symbols: ["A", "A"], job: { ...JOB, params: { fast: 0 }, cash: -1, colour: "red", bars: {} }, jobs: [] }).sort(),
    ).toEqual(["job.bars", "job.colour", "job.initial_cash", "job.params.fast", "jobs", "symbols.1"]);
    expect(paths({ symbols: [], sweep: { ...SWEEP, top: -1, params: { fast: [] } } }).sort()).toEqual([
      "sweep.params.fast",
      "sweep.top",
      "symbols",
    ]);
  });

  test.each([[1], [null], ["x"], [[]]])("with %j for a job is refused", (job) => {
    expect(refused({ symbols: SYMBOLS, job }).findings[0]?.message).toStartWith(
      "job must be an object of the fields of a job: got ",
    );
  });

  test.each([[[]], [null], ["x"], [1]])("that is %j is refused", (input) => {
    expect(refused(input)).toMatchObject({ code: "invalid_request", findings: [{ path: "" }] });
  });

  test("has no place for what belongs to one symbol, and says why", () => {
    expect(complaint({ symbol: "AAPL", bars: { time: [] }, signals: ["long"] })).toEqual([
      {
        path: "job.symbol",
        message: 'symbol may not be given in a job of a batch, a batch has symbols beside it, one job each: got "AAPL"',
      },
      {
        path: "job.bars",
        message:
          'bars may not be given in a job of a batch, each symbol has bars of its own; upload them as datasets: got {"time":[]}',
      },
      {
        path: "job.signals",
        message: 'signals may not be given in a job of a batch, they belong to one series of bars: got ["long"]',
      },
    ]);
    expect(complaint({ source: "inline" })).toEqual([
      { path: "job.source", message: 'source must be one of yahoo, dataset, sample in a batch: got "inline"' },
    ]);
    expect(complaint({ strategy: "signals" })[0]?.message).toEndWith('supertrend in a batch: got "signals"');
  });

  test("names the fields that a job of it has where one does not exist", () => {
    const [finding] = complaint({ colour: 1 });
    expect(finding?.message).toStartWith('"colour" is not a field; fields are strategy, params, direction, ');
    expect(finding?.message).toEndWith(", source");
  });
});

describe("a batch that is too much", () => {
  test("in trials is refused with the limit, one that just fits is taken", () => {
    const symbols = Array.from({ length: 1000 }, (_, k) => `S${k}`);
    const sweep = (to: number) => ({ strategy: "ma_crossover", params: { fast: { from: 1, to: 100 }, slow: { from: 101, to } } });
    expect(accepted({ symbols, sweep: sweep(200) }).symbols).toHaveLength(1000);
    const error = refused({ symbols, sweep: sweep(201) });
    const message =
      "1000 symbols x 10100 trials make 10100000, the limit of a batch is 10000000; take fewer symbols, fewer values or larger steps";
    expect(error).toEqual({ code: "too_costly", detail: message, findings: [{ path: "symbols", message }] });
  });

  test("in what is stored is refused, however few trials are left", () => {
    const symbols = Array.from({ length: 1000 }, (_, k) => `S${k}`);
    const multiplier = Array.from({ length: 5000 }, (_, k) => (k + 1) / 1000);
    const sweep = { strategy: "supertrend", params: { multiplier }, constraints: ["multiplier < 0.002"] };
    expect(refused({ symbols, sweep })).toMatchObject({
      code: "too_costly",
      detail: expect.stringMatching(/^1000 symbols x \d+ characters of request make \d+, the limit of a batch is 16777216;/),
    });
    expect(accepted({ symbols: symbols.slice(0, 100), sweep }).kind).toBe("sweep");
  });

  test("in one of its sweeps is refused as that would be, under the name of the field", () => {
    const params = { fast: { from: 1, to: 5000 }, slow: { from: 1, to: 5000 } };
    const alone = parseSweep({ symbol: "A", strategy: "ma_crossover", params });
    if (alone.ok) throw new Error("let through");
    const error = refused({ symbols: ["A"], sweep: { strategy: "ma_crossover", params } });
    expect([error.code, error.detail]).toEqual(["too_costly", alone.error.detail]);
    expect(error.findings.map(({ path }) => path)).toEqual(["sweep.params"]);
  });
});
