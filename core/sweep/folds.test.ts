import { describe, expect, test } from "bun:test";
import { uniforms } from "../random.ts";
import { type FoldPlan, foldsOf, MOST_FOLDS } from "./folds.ts";

const PLAN: FoldPlan = { mode: "rolling", inSampleBars: 4, outOfSampleBars: 2, purgeBars: 0, embargoBars: 0 };

/** Each fold as [in-sample from, to, out-of-sample from, to]. */
function cut(plan: Partial<FoldPlan>, bars: number): number[][] {
  const folds = foldsOf({ ...PLAN, ...plan }, bars);
  if (!folds.ok) throw new Error(folds.error.detail);
  return folds.value.map(({ inSample, outOfSample }) => [inSample.from, inSample.to, outOfSample.from, outOfSample.to]);
}

describe("the folds of 10 bars, 4 in sample and 2 out of sample", () => {
  test.each<[string, Partial<FoldPlan>, number[][]]>([
    [
      "roll on by 2 bars",
      {},
      [
        [0, 4, 4, 6],
        [2, 6, 6, 8],
        [4, 8, 8, 10],
      ],
    ],
    [
      "anchored begin all at the first bar",
      { mode: "anchored" },
      [
        [0, 4, 4, 6],
        [0, 6, 6, 8],
        [0, 8, 8, 10],
      ],
    ],
    [
      "purged of 1 bar end 1 bar earlier in sample; nothing else moves",
      { purgeBars: 1 },
      [
        [0, 3, 4, 6],
        [2, 5, 6, 8],
        [4, 7, 8, 10],
      ],
    ],
    [
      "with an embargo of 1 bar trade 1 bar later; the last fold is shorter",
      { embargoBars: 1 },
      [
        [0, 4, 5, 7],
        [2, 6, 7, 9],
        [4, 8, 9, 10],
      ],
    ],
    [
      "anchored, purged and with an embargo keep both apart",
      { mode: "anchored", purgeBars: 2, embargoBars: 3 },
      [
        [0, 2, 7, 9],
        [0, 4, 9, 10],
      ],
    ],
  ])("%s", (_, plan, want) => {
    expect(cut(plan, 10)).toEqual(want);
  });

  test("leave the last window shorter where the bars end inside it", () => {
    expect(cut({}, 9)).toEqual([
      [0, 4, 4, 6],
      [2, 6, 6, 8],
      [4, 8, 8, 9],
    ]);
  });
});

describe("folds", () => {
  test("are refused where not one whole fold fits, with the numbers", () => {
    expect(cut({ embargoBars: 1 }, 7)).toHaveLength(1);
    expect(foldsOf({ ...PLAN, embargoBars: 1 }, 6)).toMatchObject({
      ok: false,
      error: {
        code: "no_data",
        detail:
          "one fold needs in_sample_bars 4 + embargo_bars 1 + out_of_sample_bars 2 = 7 bars, but there are 6; widen the range or take shorter windows",
      },
    });
  });

  test("are at most 1,000", () => {
    expect(cut({ outOfSampleBars: 1 }, 4 + MOST_FOLDS)).toHaveLength(1000);
    expect(foldsOf({ ...PLAN, outOfSampleBars: 1 }, 5 + MOST_FOLDS)).toMatchObject({
      ok: false,
      error: {
        code: "too_costly",
        detail: "out_of_sample_bars 1 makes 1001 folds of 1005 bars, the limit is 1000; take longer windows",
        findings: [{ path: "out_of_sample_bars" }],
      },
    });
  });

  test("of any plan trade every bar from the first window on once, after what they were chosen on, purge and embargo between", () => {
    const next = uniforms(11);
    const whole = (most: number) => Math.floor(next() * (most + 1));
    for (let round = 0; round < 300; round++) {
      const inSampleBars = 1 + whole(20);
      const plan: FoldPlan = {
        mode: next() < 0.5 ? "rolling" : "anchored",
        inSampleBars,
        outOfSampleBars: 1 + whole(10),
        purgeBars: whole(inSampleBars - 1),
        embargoBars: whole(5),
      };
      const bars = inSampleBars + plan.embargoBars + plan.outOfSampleBars + whole(60);
      let traded = inSampleBars + plan.embargoBars;
      for (const [inFrom, inTo, from, to] of cut(plan, bars)) {
        expect(from).toBe(traded);
        expect(to! - from!).toBe(Math.min(plan.outOfSampleBars, bars - from!));
        expect(from! - inTo!).toBe(plan.purgeBars + plan.embargoBars);
        expect(inTo! - inFrom!).toBe(plan.mode === "anchored" ? inTo! : inSampleBars - plan.purgeBars);
        expect(inTo!).toBeGreaterThan(inFrom!);
        traded = to!;
      }
      expect(traded).toBe(bars);
    }
  });
});
