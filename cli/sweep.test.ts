import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { TRIAL_COLUMNS } from "../core/sweep/table.ts";
import { runCli } from "./program.ts";
import { backgrid, barsFile, FOUR_BARS, fileOf, freshPath, recorder, WAVE } from "./test-session.ts";

const BARS = barsFile(WAVE, "acme.csv");
const CROSS = ["sweep", "--file", BARS, "--strategy", "ma_crossover"];
const GRID = [...CROSS, "--fast", "2:8:2", "--slow", "4,9"];

async function answer(args: readonly string[]) {
  const { exitCode, out, errors } = await backgrid([...args, "--json"]);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  return JSON.parse(out);
}

async function report(args: readonly string[], columns = 80): Promise<string> {
  const { exitCode, out, errors } = await backgrid(args, { columns });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  return out;
}

describe("sweep --json", () => {
  test("prints the API's answer on one line, without an id", async () => {
    const { out } = await backgrid([...GRID, "--json"]);
    expect(out.trimEnd()).not.toContain("\n");
    const told = JSON.parse(out);
    expect(told).toMatchObject({ sweep_id: null, status: "completed", symbol: "ACME", strategy: "ma_crossover" });
    expect(told).toMatchObject({ trials: 5, skipped: 3, objective: "sharpe" });
    expect(told.best).toEqual(told.top[0]);
    expect(told.data).toMatchObject({ source: "file", bars: 60, from: "2020-01-01", to: "2020-02-29" });
    expect(told.runtime_seconds).toBeGreaterThan(0);
  });

  test("has the figures that a run of the same parameters has", async () => {
    const costs = ["--commission", "0.001", "--direction", "both", "--stop-loss", "0.05"];
    const { top } = await answer([...GRID, ...costs]);
    expect(top).toHaveLength(5);
    for (const { params, trades, ...figures } of top) {
      const given = Object.entries(params).flatMap(([name, value]) => [`--${name}`, String(value)]);
      const single = await answer(["run", "--file", BARS, "--strategy", "ma_crossover", ...given, ...costs]);
      expect(single.trades).toHaveLength(trades);
      for (const [name, value] of Object.entries(figures)) {
        if (value === null) expect(single.metrics[name]).toBeNull();
        else expect(value).toBeCloseTo(single.metrics[name], 9);
      }
    }
  });

  test("takes parameters from their own flags and from --param, as values, lists and ranges, in their order", async () => {
    const told = await answer([
      ...CROSS,
      "--param",
      "slow=9:11",
      "--average",
      "sma,ema",
      "--fast",
      "3",
      "--objective",
      "trades",
      "--top",
      "0",
    ]);
    expect(told).toMatchObject({ trials: 6, skipped: 0, objective: "trades", top: [] });
    const { out } = await backgrid([...CROSS, "--param", "slow=9:10", "--average", "sma,ema", "--fast", "3", "--csv", "-"]);
    expect(out.split("\n").map((line) => line.split(",").slice(0, 3).join())).toEqual([
      "params.average,params.slow,params.fast",
      "sma,9,3",
      "sma,10,3",
      "ema,9,3",
      "ema,10,3",
      "",
    ]);
  });

  test("skips what breaks a constraint", async () => {
    expect(await answer([...GRID, "--constraint", "slow >= 9", "--constraint", "fast>2"])).toMatchObject({
      trials: 3,
      skipped: 5,
    });
  });

  test("says that the sample is synthetic, and warms up for the slowest trial", async () => {
    const args = [
      "sweep",
      "--source",
      "sample",
      "--strategy",
      "momentum",
      "--lookback",
      "20,50",
      "--start",
      "2024-01-01",
      "--warmup",
      "auto",
    ];
    expect(await answer(args)).toMatchObject({ symbol: "SAMPLE-TREND", data: { synthetic: true }, conventions: { warmup: 50 } });
  });

  test("runs on the engine that is asked for, with the same result", async () => {
    const [ts, wasm] = [await answer([...GRID, "--engine", "ts"]), await answer([...GRID, "--engine", "wasm", "--threads", "1"])];
    expect([ts.engine.name, wasm.engine.name]).toEqual(["ts", "wasm"]);
    expect(ts.result_hash).toBe(wasm.result_hash);
  });
});

describe("luck in sweep --json", () => {
  const closes = (n: number, close: (i: number) => number) => barsFile(Array.from({ length: n }, (_, i) => close(i)));
  const wave = (i: number) => WAVE[i % WAVE.length]!;

  test.each<[string, string, readonly string[], RegExp]>([
    ["one trial", BARS, ["--lookback", "3"], /^Only one combination was tried/],
    ["ten bars", closes(10, wave), ["--lookback", "1,2,3"], /^10 bars are too few/],
    ["one bar", closes(1, wave), ["--lookback", "1,2"], /^None of the 2 combinations ever traded/],
    ["flat prices", closes(100, () => 50), ["--lookback", "1,2"], /^None of the 2 combinations ever traded/],
    ["trials without trades", BARS, ["--lookback", "70,80"], /^None of the 2 combinations ever traded/],
    [
      "an objective that none has",
      BARS,
      ["--lookback", "70,80", "--objective", "win_rate"],
      /^None of the 2 combinations ever traded/,
    ],
  ])("of %s has no verdict but a reason, null for what is undefined, and never a NaN", async (_name, file, flags, reason) => {
    for (const mode of ["full", "fast"]) {
      const asked = ["sweep", "--file", file, "--strategy", "momentum", ...flags, "--overfitting", mode, "--snooping-tests"];
      const { overfitting } = await answer(asked);
      expect(overfitting).toMatchObject({ verdict_code: "not_computable", reasons: [expect.stringMatching(reason)] });
      expect(JSON.stringify(overfitting)).not.toMatch(/NaN|Infinity|undefined/);
      expect(await report(asked)).toContain("! Luck cannot be judged here.");
    }
  });

  test("of two trials is judged; of none that are wanted is null", async () => {
    const two = ["sweep", "--file", BARS, "--strategy", "momentum", "--lookback", "3,9"];
    const { overfitting } = await answer([...two, "--seed", "9"]);
    expect(overfitting.verdict_code).toMatch(/^(inconclusive|likely_luck|promising)$/);
    expect(overfitting.reasons[0]).toStartWith("Only 2 combinations have a Sharpe ratio");
    expect(overfitting).toMatchObject({
      trial_count: 2,
      reality_check: null,
      spa: null,
      bootstrap: { seed: 9, resamples: 1000 },
    });
    expect((await answer([...two, "--overfitting", "none", "--snooping-tests"])).overfitting).toBeNull();
  });

  test("with tests that would take too long is refused by their flag", async () => {
    const file = closes(1000, wave);
    const { exitCode, errors } = await backgrid([
      "sweep",
      "--file",
      file,
      "--strategy",
      "momentum",
      "--lookback",
      "1:2001",
      "--snooping-tests",
    ]);
    expect(exitCode).toBe(2);
    expect(errors).toStartWith("error: --snooping-tests of 2001 trials x 1000 bars would take ");
  });
});

describe("files that sweep writes", () => {
  test("--csv holds all trials in grid order with the names of the API, an undefined figure empty", async () => {
    const csv = freshPath("trials.csv");
    const out = await report([...CROSS, "--fast", "2,70", "--slow", "9,80", "--csv", csv, "--top", "1"]);
    expect(out).toContain(`wrote ${csv}`);
    const [head, ...rows] = readFileSync(csv, "utf8").trimEnd().split("\n");
    expect(head).toBe(["params.fast", "params.slow", "params.average", ...TRIAL_COLUMNS].join(","));
    expect(rows.map((row) => row.split(",").slice(0, 3).join())).toEqual(["2,9,sma", "2,80,sma", "70,80,sma"]);
    expect(rows[1]).toBe("2,80,sma,0,0,,,0,0,,0,,,0");
  });

  test("--csv - prints them and nothing else", async () => {
    const csv = freshPath("trials.csv");
    await report([...GRID, "--csv", csv]);
    expect(await report([...GRID, "--csv", "-"])).toBe(readFileSync(csv, "utf8"));
  });

  test("--png holds a picture, of the figure and the parameters asked for", async () => {
    const [png, other] = [freshPath("map.png"), freshPath("other.png")];
    expect(await report([...GRID, "--png", png])).toContain(`wrote ${png}`);
    await answer([...GRID, "--png", other, "--metric", "max_drawdown", "--x", "slow"]);
    const pictures = [png, other].map((path) => readFileSync(path));
    for (const bytes of pictures) expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(pictures[0]).not.toEqual(pictures[1]!);
    const line = freshPath("line.png");
    await report(["sweep", "--file", BARS, "--strategy", "momentum", "--lookback", "2:9", "--png", line]);
    expect(existsSync(line)).toBe(true);
  });

  test("a file that cannot be written is told with its flag", async () => {
    const { exitCode, errors } = await backgrid([...GRID, "--png", freshPath("no/such/folder.png")]);
    expect(exitCode).toBe(1);
    expect(errors).toStartWith("error: --png cannot be written: ENOENT");
  });
});

describe("the report of a sweep", () => {
  test("tells what was swept, on what, how many trials there were and how long they took", async () => {
    const out = await report([...GRID, "--average", "sma,ema"], 200);
    expect(out).toStartWith("ACME  ma_crossover sweep: fast 2/4/6/8, slow 4/9, average sma/ema, long only\n");
    expect(out).toContain("2020-01-01 to 2020-02-29, 60 daily bars, source file\n");
    expect(out).toMatch(
      /\n10 trials, 6 combinations skipped, in [\d.]+ m?s, [\d,]+ trials a second \(kernel \w+, engine \w+ [\d.]+\)\n/,
    );
    expect(await report([...CROSS, "--fast", "2:7", "--slow", "9"])).toContain("fast 2 to 7 (6 values), slow 9, average sma");
  });

  test("lists the best trials, the objective first, as many figures as there is room for", async () => {
    const out = await report([...GRID, "--top", "2", "--objective", "calmar"], 60);
    expect(out).toContain("\nThe best 2 of 5 trials by Calmar\nfast  slow  Calmar  ");
    expect(await report([...GRID, "--objective", "calmar"], 160)).toMatch(
      /\nAll trials by Calmar\nfast +slow +Calmar +Sharpe .* Volatility\n/,
    );
    expect(await report([...GRID, "--top", "0"])).not.toContain("fast  slow");
  });

  test("judges how much the best of many owes to luck, with what speaks against it and the figures behind it", async () => {
    const told = (await report(GRID)).replaceAll(/\s+/g, " ");
    expect(told).toMatch(
      / ! INCONCLUSIVE\. Of 5 combinations tried, about 1 differs in substance; .* cannot tell skill from a lucky hit\. /,
    );
    expect(told).toContain(
      " against it: it rests on 2 closed trades; fewer than 5 cannot tell skill from a lucky hit behind it: luck does as",
    );
    expect(told).toMatch(/ probability of overfitting under 1 %; .*Sharpe, 95 % interval [\d.]+ to [\d.]+ /);
    expect(told).not.toContain("Reality Check");
    const tested = (await report([...GRID, "--snooping-tests", "--overfitting", "fast"])).replaceAll(/\s+/g, " ");
    expect(tested).toMatch(
      / against it: it was not cross-validated, as asked behind it: .*; Reality Check p 0\.\d{3}; SPA p 0\.\d{3} /,
    );
    expect(tested).not.toContain("probability of overfitting");
  });

  test("without a judgement says that the best of many owes part of its lead to luck, and not of one", async () => {
    const none = (await report([...GRID, "--overfitting", "none"])).replaceAll(/\s+/g, " ");
    expect(none).toContain(" ! 5 trials were tried, and the best of them was picked by the very bars");
    expect(none).not.toContain("behind it");
    const one = await report([...CROSS, "--fast", "3", "--slow", "9", "--overfitting", "none"]);
    expect(one).not.toContain("were tried");
    expect(one).toContain("\n1 trial, in ");
    expect(one).not.toContain("over fast");
  });

  test("says why there is no judgement of one trial", async () => {
    expect((await report([...CROSS, "--fast", "3", "--slow", "9"])).replaceAll(/\s+/g, " ")).toContain(
      " ! Luck cannot be judged here. Only one combination was tried: nothing was chosen, so nothing was chosen by luck. what can be told: ",
    );
  });

  test("draws the trials, over the parameters asked for, and says over which the best was taken", async () => {
    expect(await report(GRID)).toContain("\nSharpe over fast and slow\n");
    const turned = await report([...GRID, "--average", "sma,ema", "--x", "average", "--metric", "total_return"]);
    expect(turned).toContain("\nTotal return over average and fast, the best over slow\nfast\n");
    expect(await report([...GRID, "--y", "fast"])).toContain("\nSharpe over slow and fast\n");
    expect(await report(["sweep", "--file", BARS, "--strategy", "momentum", "--lookback", "2:5"])).toMatch(
      /\nSharpe over lookback\nlookback\n +2 │/,
    );
  });

  test("warns of few trades, of trials without any, and of a figure that none has", async () => {
    const few = await report(["sweep", "--file", BARS, "--strategy", "momentum", "--lookback", "3,70"]);
    expect(few).toMatch(/! the best trial rests on \d closed trades: too few/);
    expect(few).toContain("! 1 trial closed no trade");
    const none = await report(["sweep", "--file", BARS, "--strategy", "momentum", "--lookback", "70:75"]);
    expect(none).toContain("! Sharpe is undefined for every trial: there is no best one");
    expect(none).toContain("! 6 trials closed no trade");
    expect(none).not.toContain("by itself");
  });

  test("passes the warnings about the data on", async () => {
    const [header = "", ...rows] = FOUR_BARS.trim().split("\n");
    const file = fileOf(`${[header, ...rows.reverse()].join("\n")}\n`);
    const out = await report(["sweep", "--file", file, "--strategy", "momentum", "--lookback", "1,2"]);
    expect(out).toContain("! rows came newest first; they were put in order, oldest first");
  });

  test("says how to see the best by itself, in flags that run takes", async () => {
    const out = await report(GRID, 200);
    const [, flags = ""] = / same settings and (.*)\n/.exec(out) ?? [];
    const { best } = await answer(GRID);
    const single = await answer(["run", "--file", BARS, "--strategy", "ma_crossover", ...flags.split(" ")]);
    expect(single.params).toEqual(best.params);
    expect(single.sharpe).toBeCloseTo(best.sharpe, 9);
  });

  test("has no escape sequences without colours, and the same words with them but for the map", async () => {
    const plain = await report(GRID);
    expect(plain).not.toContain("\x1b");
    const { out } = await backgrid(GRID, { colours: true, colourBits: 24 });
    const timeless = (text: string) => text.replace(/in [\d.]+ m?s,[^(]*\(/, "(").replaceAll(/\s+/g, " ");
    expect(out).toContain("\x1b[48;2;".replace("[48", "[38"));
    expect(timeless(Bun.stripANSI(out))).toBe(timeless(plain));
  });

  test("keeps to the width of the terminal", async () => {
    for (const columns of [48, 80, 120]) {
      const out = await report([...CROSS, "--fast", "2:20", "--slow", "5:50", "--top", "5"], columns);
      const widths = out.split("\n").filter((line) => !line.startsWith("result "));
      expect(Math.max(...widths.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });
});

describe("a long sweep", () => {
  const LONG = [
    "sweep",
    "--source",
    "sample",
    "--strategy",
    "macd_crossover",
    "--fast",
    "2:40",
    "--slow",
    "41:140",
    "--signal",
    "2:20",
    "--engine",
    "ts",
  ];

  test("shows how far it is, and Ctrl+C ends it with 130 and nothing written", async () => {
    const terminal = recorder({ interactiveErrors: true });
    const interrupting = {
      ...terminal,
      writeError: (text: string) => {
        terminal.writeError(text);
        if (text.includes(" of 74,100 trials")) process.emit("SIGINT");
      },
    };
    const csv = freshPath("trials.csv");
    const before = process.listenerCount("SIGINT");
    expect(await runCli([...LONG, "--csv", csv], interrupting)).toBe(130);
    const { out, errors } = terminal.told();
    expect(out).toBe("");
    expect(errors).toMatch(/^\r[█░]{24} \d+ % {2}[\d,]+ of 74,100 trials/);
    expect(errors).toEndWith("\r\x1b[Kcancelled\n");
    expect(existsSync(csv)).toBe(false);
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
