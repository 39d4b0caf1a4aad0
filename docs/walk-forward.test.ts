import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { backgrid } from "../cli/test-session.ts";
import { parseWalkForward } from "../core/requests/walk-forward.ts";
import { walkForwardSchema } from "../core/requests/walk-forward-schema.ts";
import { runWalkForward } from "../core/run/walk-forward.ts";
import { walkForwardAnswer } from "../core/run/walk-forward-answer.ts";
import { type FoldMode, foldsOf, MOST_FOLDS } from "../core/sweep/folds.ts";
import { sampleProvider } from "../data/sample.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { plainSweeper } from "../engine-ts/sweep.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(new URL("./walk-forward.md", import.meta.url), "utf8");
const prose = PAGE.replaceAll(/\s+/g, " ");
const [REQUEST = "", ANSWER = ""] = [...PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

/** What is shown as a pattern: `…` is anything, white space is for reading. */
function patternOf(shown: string): RegExp {
  const literal = shown.replace(/\s+/g, "").split("…");
  return new RegExp(`^${literal.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[\\s\\S]*?")}$`);
}

describe("docs/walk-forward.md", () => {
  test("shows what its example answers, and reads it rightly", async () => {
    const asked = parseWalkForward(JSON.parse(REQUEST));
    if (!asked.ok) throw new Error(asked.error.detail);
    const ports = { provider: sampleProvider, engine: engineTs, sweeper: plainSweeper(engineTs), nowMs: Date.UTC(2030, 0, 1) };
    const run = await runWalkForward(asked.value.request, ports);
    if (!run?.ok) throw new Error("the example failed");
    const receipt = { walkForwardId: "w", createdAtMs: 0, runtimeSeconds: 0.1, fallbackReason: null };
    const answer = walkForwardAnswer(run.value, receipt);
    expect(JSON.stringify(answer).replace(/\s+/g, "")).toMatch(patternOf(ANSWER));
    expect(prose).toContain(`${Math.round((answer.efficiency_ratio ?? 0) * 100)} % was left out of sample`);
    const [first] = answer.folds;
    const [before, after] = [first?.in_sample.metrics?.sharpe, first?.out_of_sample.metrics.sharpe];
    expect(prose).toContain(`Sharpe ratio of ${before?.toFixed(2)} turned into one of ${after?.toFixed(2)}`);
  });

  test("shows what its example prints on the command line, which is the same walk-forward", () => {
    const [, command = "", printed = ""] =
      PAGE.match(/```sh\nbun (cli\/main\.ts walk-forward [^\n]+)\n```[^`]*`…`[^`]*```text\n([\s\S]*?)```/) ?? [];
    const { stdout, exitCode } = Bun.spawnSync([process.execPath, ...command.split(" ")], {
      cwd: ROOT,
      env: { ...process.env, ENGINE: "wasm", COLUMNS: "80", NO_COLOR: "1" },
    });
    expect(exitCode).toBe(0);
    expect(stdout.toString().replace(/\s+/g, "")).toMatch(patternOf(printed));
    expect(printed).toContain("(efficiency ratio 0.07)");
    expect(ANSWER).toContain('"efficiency_ratio": 0.071');
  });

  test("tells every flag that sweep does not have, and those of sweep that are not there", async () => {
    const flagsOf = async (command: string) => {
      const { out } = await backgrid([command, "--help"]);
      return [...out.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag = ""]) => flag);
    };
    const [own, others] = [await flagsOf("walk-forward"), await flagsOf("sweep")];
    const rows = PAGE.split("\n").filter((line) => line.startsWith("| `--"));
    const told = rows.flatMap((row) => [...row.matchAll(/`(--[a-z-]+)`/g)].map(([, flag = ""]) => flag));
    expect(told).toEqual(expect.arrayContaining(own.filter((flag) => !others.includes(flag))));
    expect(told.filter((flag) => !own.includes(flag))).toEqual([]);
    const [, missing = ""] = /those that list, draw or judge the trials of one sweep are not: ([^.]*)\./.exec(prose) ?? [];
    const left = [...missing.matchAll(/`(--[a-z-]+)`/g)].map(([, flag = ""]) => flag);
    expect(left.toSorted()).toEqual(others.filter((flag) => !own.includes(flag)).toSorted());
  });

  test("tells every field that a sweep does not have, with its default", () => {
    const rows = [...PAGE.matchAll(/^\| `([a-z_]+)` \| (?:`([a-z]+)`|(\d+)|(required)) \|/gm)];
    const given = { in_sample_bars: 10, out_of_sample_bars: 5 };
    const defaults = walkForwardSchema.parse(given);
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(walkForwardSchema.shape));
    for (const [, name = "", word, number] of rows)
      expect(`${Object.hasOwn(given, name) ? undefined : defaults[name as keyof typeof defaults]}`).toBe(`${word ?? number}`);
  });

  test("draws the folds as they are cut", () => {
    const [heads = "", ...lines] = /## Folds[\s\S]*?```text\n([\s\S]*?)```/.exec(PAGE)?.[1]?.split("\n") ?? [];
    const drawn = lines.slice(0, 3).map((line) => line.split(/ {2,}/));
    const cut = (mode: FoldMode, purgeBars: number, embargoBars: number) => {
      const folds = foldsOf({ mode, inSampleBars: 4, outOfSampleBars: 2, purgeBars, embargoBars }, 10);
      if (!folds.ok) throw new Error(folds.error.detail);
      return folds.value.map(({ inSample, outOfSample }) =>
        Array.from({ length: 10 }, (_, bar) => {
          const within = ({ from, to }: typeof inSample) => bar >= from && bar < to;
          return within(inSample) ? "i" : within(outOfSample) ? "o" : ".";
        }).join(""),
      );
    };
    expect(heads.split(/ {2,}/)).toEqual(["rolling", "P 1", "E 1", "anchored"]);
    const want = [cut("rolling", 0, 0), cut("rolling", 1, 0), cut("rolling", 0, 1), cut("anchored", 0, 0)];
    expect(drawn).toEqual([0, 1, 2].map((k) => want.map((folds) => folds[k]!)));
  });

  test("gives the limit of folds", () => {
    expect(prose).toContain(`More than ${MOST_FOLDS.toLocaleString("en")} folds are \`too_costly\``);
  });
});
