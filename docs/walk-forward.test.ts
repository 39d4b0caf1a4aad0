import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parseWalkForward } from "../core/requests/walk-forward.ts";
import { walkForwardSchema } from "../core/requests/walk-forward-schema.ts";
import { runWalkForward } from "../core/run/walk-forward.ts";
import { walkForwardAnswer } from "../core/run/walk-forward-answer.ts";
import { type FoldMode, foldsOf, MOST_FOLDS } from "../core/sweep/folds.ts";
import { sampleProvider } from "../data/sample.ts";
import { engineTs } from "../engine-ts/engine.ts";
import { plainSweeper } from "../engine-ts/sweep.ts";

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

  test("tells every field that a sweep does not have, with its default", () => {
    const rows = [...PAGE.matchAll(/^\| `([a-z_]+)` \| (?:`([a-z]+)`|(\d+)|(required)) \|/gm)];
    const given = { in_sample_bars: 10, out_of_sample_bars: 5 };
    const defaults = walkForwardSchema.parse(given);
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(walkForwardSchema.shape));
    for (const [, name = "", word, number] of rows)
      expect(`${Object.hasOwn(given, name) ? undefined : defaults[name as keyof typeof defaults]}`).toBe(`${word ?? number}`);
  });

  test("draws the folds as they are cut", () => {
    const [, heads = "", ...lines] = /```text\n([\s\S]*?)```/.exec(PAGE)?.[0].split("\n") ?? [];
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
