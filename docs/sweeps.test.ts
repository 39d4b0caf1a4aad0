import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { trialMetrics } from "../cli/report/trial-metrics.ts";
import { backgrid } from "../cli/test-session.ts";
import { MOST_BAR_TRIALS } from "../core/run/sweep.ts";
import { MOST_COMBINATIONS, MOST_TRIALS } from "../core/sweep/expand.ts";
import { TRIAL_COLUMNS } from "../core/sweep/table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(new URL("./sweeps.md", import.meta.url), "utf8");
const prose = PAGE.replaceAll(/\s+/g, " ");

/** The flags that the help of a command lists. */
async function flagsOf(command: string): Promise<string[]> {
  const { out } = await backgrid([command, "--help"]);
  return [...out.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag = ""]) => flag);
}

/** What may differ from run to run: the time, and what it is broken into lines by. */
function timeless(text: string): string {
  return text.replace(/in \S+ m?s, \S+\s+trials\s+a\s+second\s+\(kernel\s+\w+,/, "…").replaceAll(/\s+/g, " ");
}

describe("docs/sweeps.md", () => {
  test("shows what its example prints, but for the time it took and the kernel", () => {
    const [, command = "", printed = ""] =
      PAGE.match(/```sh\nbun (cli\/main\.ts sweep [^\n]+)\n```\n\n```text\n([\s\S]*?)```/) ?? [];
    const { stdout, exitCode } = Bun.spawnSync([process.execPath, ...command.split(" ")], {
      cwd: ROOT,
      env: { ...process.env, ENGINE: "wasm", COLUMNS: "80", NO_COLOR: "1" },
    });
    expect(exitCode).toBe(0);
    expect(timeless(printed)).toBe(timeless(stdout.toString()));
  });

  test("tells every flag that run does not have, and those of run that sweep does not have", async () => {
    const [own, others] = [await flagsOf("sweep"), await flagsOf("run")];
    const told = PAGE.split("\n").flatMap((line) =>
      line.startsWith("| `--") ? [...line.matchAll(/`(--[a-z-]+)`/g)].map(([, flag]) => flag) : [],
    );
    expect(told).toEqual(expect.arrayContaining(own.filter((flag) => !others.includes(flag))));
    expect(told.filter((flag) => !own.includes(flag ?? ""))).toEqual([]);
    for (const flag of others.filter((flag) => !own.includes(flag))) expect(PAGE).toContain(`\`${flag}\``);
  });

  test("gives every figure of a trial with its label and its colours", () => {
    const rows = TRIAL_COLUMNS.map((name) => {
      const { label, centre } = trialMetrics[name];
      return `| \`${name}\` | ${label} | ${centre === null ? "violet to yellow" : `red and blue around ${centre}`} |`;
    });
    expect(PAGE.split("\n").filter((line) => /^\| `[a-z_]+` \|/.test(line))).toEqual(rows);
  });

  test("gives the limits of a sweep", () => {
    const [combinations, trials, cost] = [MOST_COMBINATIONS, MOST_TRIALS, MOST_BAR_TRIALS].map((limit) =>
      limit.toLocaleString("en"),
    );
    expect(prose).toContain(`${combinations} combinations, of which ${trials} may be left as trials, and ${cost} trials x bars`);
  });
});
