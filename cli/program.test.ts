import { describe, expect, test } from "bun:test";
import { VERSION } from "../core/version.ts";
import { startStandIn } from "../data/yahoo-stand-in.ts";
import { runCli } from "./program.ts";
import { backgrid, barsFile, freshPath, recorder, WAVE, withEnvironment } from "./test-session.ts";

const COMMANDS = ["run", "sweep", "walk-forward", "serve", "doctor", "import", "verify", "strategies"];

describe("the command line", () => {
  test("alone tells what there is and ends with 0", async () => {
    const { exitCode, out, errors } = await backgrid([]);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(out).toContain("Usage: backgrid");
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} {2,}\\w`, "m"));
  });

  test("--version prints the version alone", async () => {
    expect(await backgrid(["--version"])).toEqual({ exitCode: 0, out: `${VERSION}\n`, errors: "" });
  });

  test.each([[["--help"]], [["help"]], ...COMMANDS.flatMap((name) => [[[name, "--help"]], [["help", name]]])])(
    "%p ends with 0 and keeps to the terminal's width",
    async (args) => {
      const { exitCode, out } = await backgrid(args, { columns: 100 });
      expect(exitCode).toBe(0);
      const flags = out.split("Examples:")[0] ?? "";
      expect(Math.max(...flags.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    },
  );

  test.each(["run", "sweep", "walk-forward"])("the examples of %s --help work as they stand", async (command) => {
    const { out } = await backgrid([command, "--help"]);
    const examples = out.split("\n").flatMap((line) => new RegExp(`^ {2}backgrid (${command} .*)`).exec(line)?.[1] ?? []);
    expect(examples.length).toBeGreaterThanOrEqual(3);
    const files = new Map([
      ["prices.csv", barsFile(WAVE)],
      ["trials.csv", freshPath("trials.csv")],
      ["map.png", freshPath("map.png")],
      ["folds.csv", freshPath("folds.csv")],
    ]);
    const yahoo = startStandIn();
    const environment = { YAHOO_BASE_URL: yahoo.url, DATA_DIR: freshPath("data") };
    for (const example of examples) {
      const args = example.split(" ").map((word) => files.get(word) ?? word.replaceAll('"', ""));
      const { exitCode } = await withEnvironment(environment, () => backgrid(args));
      expect({ example, exitCode }).toEqual({ example, exitCode: 0 });
    }
    await yahoo.stop();
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
