import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { backgrid, FOUR_BARS, fileOf, freshPath, HEADER } from "./test-session.ts";

describe("import", () => {
  test("stores a file under the symbol that its name tells, and says what was stored and how to run it", async () => {
    const dataDir = freshPath("data");
    const { exitCode, out, errors } = await backgrid(["import", fileOf(FOUR_BARS, "acme_2024.csv"), "--data-dir", dataDir]);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(out).toBe(`ACME  stored, a new dataset
4 bars of 1d, 2024-01-02 to 2024-01-05

Run it: backgrid run --source dataset --symbol ACME --strategy ma_crossover --data-dir ${dataDir}
`);
  });

  test("--json prints what the service answers, and whether there was one before", async () => {
    const dataDir = freshPath("data");
    const args = ["import", fileOf(FOUR_BARS), "--symbol", "brk-b", "--data-dir", dataDir, "--json"];
    const first = JSON.parse((await backgrid(args)).out);
    expect(first).toEqual({
      symbol: "BRK-B",
      interval: "1d",
      adjusted: true,
      rows: 4,
      from: "2024-01-02",
      to: "2024-01-05",
      hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      warnings: [],
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      replaced: false,
    });
    expect(JSON.parse((await backgrid(args)).out)).toMatchObject({ replaced: true, hash: first.hash });
  });

  test("what is stored last is what runs", async () => {
    const dataDir = freshPath("data");
    const put = (text: string) => backgrid(["import", fileOf(text, "ACME.csv"), "--data-dir", dataDir]);
    await put(FOUR_BARS);
    expect((await put(FOUR_BARS.replace("9,15,9,15", "9,18,9,18"))).out).toStartWith("ACME  replaces the dataset");
    const run = ["run", "--source", "dataset", "--symbol", "ACME", "--strategy", "buy_and_hold", "--data-dir", dataDir, "--json"];
    // 1,000 shares bought at 10 end at 18.
    expect(JSON.parse((await backgrid(run)).out).total_return).toBe(0.8);
  });

  test("warnings of the gate are told, and the run command says how the prices stand", async () => {
    const split = `${HEADER}\n2024-01-02,40,41,39,40,1\n2024-01-03,10,11,9,10,1\n`;
    const file = fileOf(split, "SPLIT.csv");
    const { exitCode, out } = await backgrid(["import", file, "--no-adjusted", "--data-dir", freshPath("it's data")]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^2 bars of 1d, .*, as traded\n! prices jump[^!]*4:1 split$/m);
    expect(out).toMatch(/--no-adjusted --data-dir '\/.*it'\\''s data'\n$/);
  });

  test.each<readonly [string, number, (folder: string) => readonly string[], readonly string[]]>([
    ["no file", 2, () => [], ["missing required argument 'file'"]],
    ["a file that is not there", 3, () => ["nowhere.csv"], ['there is no file "nowhere.csv"']],
    ["a file without rows", 3, () => [fileOf(`${HEADER}\n`, "A.csv")], ["no rows"]],
    ["bad rows", 3, () => [fileOf(`${HEADER}\n2024-01-02,10,9,11,10,1\n`, "A.csv")], ["line 2: high 9 is below low 11"]],
    ["a symbol that is none", 2, () => [fileOf(FOUR_BARS), "--symbol", "A B"], ["--symbol must look like AAPL", '"A B"']],
    [
      "a name that tells no symbol",
      2,
      () => [fileOf(FOUR_BARS, "my prices (2).csv")],
      ["--symbol is missing", "does not start like a symbol"],
    ],
    ["two files", 2, () => [fileOf(FOUR_BARS), "b.csv"], ["too many arguments"]],
  ])("%s is refused, and nothing is made", async (_what, exitCode, args, words) => {
    const dataDir = freshPath("data");
    const told = await backgrid(["import", ...args(dataDir), "--data-dir", dataDir]);
    expect({ exitCode: told.exitCode, out: told.out }).toEqual({ exitCode, out: "" });
    for (const word of words) expect(told.errors).toContain(word);
    expect(existsSync(dataDir)).toBe(false);
  });

  test("a data folder that cannot be made ends with 1 and names it", async () => {
    const taken = freshPath("taken");
    writeFileSync(taken, "");
    const { exitCode, errors } = await backgrid(["import", fileOf(FOUR_BARS), "--data-dir", taken]);
    expect(exitCode).toBe(1);
    expect(errors).toStartWith(`error: the database ${taken}/backgrid.sqlite cannot be opened: `);
  });
});
