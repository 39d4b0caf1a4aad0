import { describe, expect, test } from "bun:test";
import { VERSION } from "../core/version.ts";
import { runCli } from "./program.ts";
import { backgrid, barsFile, recorder, WAVE } from "./test-session.ts";

describe("the command line", () => {
  test("alone tells what there is and ends with 0", async () => {
    const { exitCode, out, errors } = await backgrid([]);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    for (const word of ["Usage: backgrid", "run", "strategies"]) expect(out).toContain(word);
  });

  test("--version prints the version alone", async () => {
    expect(await backgrid(["--version"])).toEqual({ exitCode: 0, out: `${VERSION}\n`, errors: "" });
  });

  test.each([[["--help"]], [["run", "--help"]], [["strategies", "--help"]], [["help"]], [["help", "run"]]])(
    "%p ends with 0 and keeps to the terminal's width",
    async (args) => {
      const { exitCode, out } = await backgrid(args, { columns: 100 });
      expect(exitCode).toBe(0);
      const flags = out.split("Examples:")[0] ?? "";
      expect(Math.max(...flags.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    },
  );

  test("the examples of run --help work as they stand", async () => {
    const { out } = await backgrid(["run", "--help"]);
    const examples = out.split("\n").flatMap((line) => /^ {2}backgrid (run .*)/.exec(line)?.[1] ?? []);
    expect(examples.length).toBeGreaterThanOrEqual(3);
    const prices = barsFile(WAVE);
    for (const example of examples) {
      const args = example.split(" ").map((word) => (word === "prices.csv" ? prices : word));
      expect({ example, exitCode: (await backgrid(args)).exitCode }).toEqual({ example, exitCode: 0 });
    }
  });

  test.each([
    [["rnu"], "rnu", "run"],
    [["strategy"], "strategy", "strategies"],
    [["run", "--comission", "0"], "--comission", "--commission"],
  ])("%p is refused with 2 and what was meant", async (args, given, meant) => {
    const { exitCode, out, errors } = await backgrid(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(errors).toContain(given);
    expect(errors).toMatch(new RegExp(`Did you mean .*${meant}`));
  });

  test("a bug is told in one line without its stack, and ends with 1", async () => {
    const broken = {
      ...recorder(),
      write: () => {
        throw new TypeError("the sink is\nbroken");
      },
    };
    expect(await runCli(["strategies"], broken)).toBe(1);
    expect(broken.told().errors).toBe("internal error: the sink is; please report\n");
  });
});
