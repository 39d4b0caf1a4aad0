import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type StandIn, startStandIn } from "../data/yahoo-stand-in.ts";
import { backgrid, barsFile, FOUR_BARS, fileOf, freshPath, WAVE, withEnvironment } from "./test-session.ts";

const HOLD = ["--strategy", "buy_and_hold"];
const RANGE = ["--start", "2024-01-01", "--end", "2024-03-29"];

let yahoo: StandIn;
beforeAll(() => {
  yahoo = startStandIn();
});
afterAll(() => yahoo.stop());

/** A command line in an environment of its own, where a data folder would be made. */
async function inFolder(args: readonly string[], dataDir: string, look = {}) {
  const environment = { DATA_DIR: dataDir, YAHOO_BASE_URL: yahoo.url };
  return withEnvironment(environment, () => backgrid(args, look));
}

describe("a symbol without a source", () => {
  test("is run on daily bars of Yahoo", async () => {
    const { exitCode, out, errors } = await inFolder(["run", "--symbol", "aapl", ...RANGE, ...HOLD, "--json"], freshPath("data"));
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    const { symbol, data, job_id } = JSON.parse(out);
    expect({ symbol, job_id }).toEqual({ symbol: "AAPL", job_id: null });
    // The stand-in trades on every weekday; 2024-01-01 was a Monday.
    expect(data).toMatchObject({
      source: "yahoo",
      interval: "1d",
      bars: 65,
      from: "2024-01-01",
      to: "2024-03-29",
      adjusted: true,
    });
  });

  test("is asked for once: the cache in the data folder serves the next run", async () => {
    const dataDir = freshPath("data");
    const args = ["run", "--symbol", "CACHED", ...RANGE, ...HOLD, "--json"];
    const first = await inFolder(args, dataDir);
    expect(existsSync(join(dataDir, "cache"))).toBe(true);
    expect(existsSync(join(dataDir, "backgrid.sqlite"))).toBe(false);
    const asked = yahoo.asked.length;
    const second = await inFolder(args, dataDir);
    expect(yahoo.asked.length).toBe(asked);
    expect(JSON.parse(second.out).result_hash).toBe(JSON.parse(first.out).result_hash);
  });

  test("that Yahoo does not know ends with 3 and names it", async () => {
    const { exitCode, errors } = await inFolder(["run", "--symbol", "NOSUCH", ...HOLD], freshPath("data"));
    expect(exitCode).toBe(3);
    expect(errors).toStartWith('error: Yahoo knows no symbol "NOSUCH"');
  });

  test("is told while it is fetched, where a person reads it, and not with --json", async () => {
    const run = ["run", "--symbol", "TOLD", ...RANGE, ...HOLD];
    const told = await inFolder(run, freshPath("data"), { interactiveErrors: true });
    expect(told.errors).toBe("fetching TOLD from Yahoo…\r\x1b[K");
    expect((await inFolder(run, freshPath("data"))).errors).toBe("");
    expect((await inFolder([...run, "--json"], freshPath("data"), { interactiveErrors: true })).errors).toBe("");
  });

  test("is run on bars of another interval where that is asked for", async () => {
    const args = ["run", "--symbol", "WEEKLY", "--interval", "1wk", ...RANGE, ...HOLD, "--json"];
    const { out } = await inFolder(args, freshPath("data"));
    expect(JSON.parse(out).data).toMatchObject({ source: "yahoo", interval: "1wk" });
  });

  test("own signals may be given for it", async () => {
    const signals = fileOf(`long\n${"\n".repeat(64)}`, "signals.txt");
    const args = ["run", "--symbol", "SIGNALS", ...RANGE, "--strategy", "signals", "--signals", signals, "--json"];
    const { out } = await inFolder(args, freshPath("data"));
    expect(JSON.parse(out)).toMatchObject({ strategy: "signals", open_position: { entry_bar: 1, side: "long" } });
  });
});

describe("a dataset", () => {
  test("that was imported is run on, in the folder of DATA_DIR or --data-dir", async () => {
    const dataDir = freshPath("data");
    expect((await inFolder(["import", fileOf(FOUR_BARS, "ACME.csv")], dataDir)).exitCode).toBe(0);
    const run = ["run", "--source", "dataset", "--symbol", "acme", ...HOLD, "--json"];
    const { out } = await inFolder(run, dataDir);
    expect(JSON.parse(out)).toMatchObject({ symbol: "ACME", total_return: 0.5, data: { source: "dataset", bars: 4 } });
    const elsewhere = await inFolder([...run, "--data-dir", dataDir], freshPath("data"));
    expect(JSON.parse(elsewhere.out).total_return).toBe(0.5);
  });

  test("that is not there ends with 3, and makes no data folder", async () => {
    const dataDir = freshPath("data");
    const run = ["run", "--source", "dataset", "--symbol", "ACME", ...HOLD];
    const { exitCode, errors } = await inFolder(run, dataDir);
    expect(exitCode).toBe(3);
    for (const words of [JSON.stringify(dataDir), 'there is no dataset "ACME"', "backgrid import"])
      expect(errors).toContain(words);
    expect(existsSync(dataDir)).toBe(false);
    await inFolder(["import", fileOf(FOUR_BARS, "OTHER.csv")], dataDir);
    expect((await inFolder(run, dataDir)).errors).toStartWith('error: there is no dataset "ACME"');
  });
});

test("runs on files and samples make no data folder", async () => {
  const folder = freshPath("here");
  mkdirSync(folder);
  const dataDir = join(folder, "data");
  await inFolder(["run", "--file", barsFile(WAVE), ...HOLD], dataDir);
  await inFolder(["run", "--source", "sample", ...HOLD], dataDir);
  expect(readdirSync(folder)).toEqual([]);
});
