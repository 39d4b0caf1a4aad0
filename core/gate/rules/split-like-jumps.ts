import { breach, type GateRule, type ListedSplit } from "../rule.ts";
import { atBarTimes } from "../split-times.ts";

const SMALLEST_JUMP = 0.4;
const LARGEST_TERM = 20;
const CLOSENESS = 0.02;

export const splitLikeJumps: GateRule = {
  doc: "an opening jump that looks like a split: a warning; refused for unadjusted prices without that split listed, unless data_quality is warn",
  check({ timeMs, open, close, interval }, settings) {
    const { adjusted, dataQuality } = settings;
    const splits = atBarTimes(settings.splits, interval);
    const unlisted: number[] = [];
    const listed: number[] = [];
    const before = new Map<number, number>();
    let previous = -1;
    for (let i = 0; i < close.length; i++) {
      if (Number.isNaN(close[i]!)) continue;
      const ratio = previous < 0 ? 1 : open[i]! / close[previous]!;
      if (Math.abs(ratio - 1) > SMALLEST_JUMP && nearestSplit(ratio) !== null) {
        const explained = isExplained(ratio, timeMs[previous]!, timeMs[i]!, splits);
        (explained ? listed : unlisted).push(i);
        before.set(i, close[previous]!);
      }
      previous = i;
    }
    const describe = (i: number) => {
      return `open ${open[i]} after close ${before.get(i)} looks like a ${nearestSplit(open[i]! / before.get(i)!)} split`;
    };
    const refused = !adjusted && dataQuality === "fail";
    const advice = refused ? "; list the splits, or send adjusted prices, or set data_quality to warn" : "";
    const summary = adjusted ? "adjusted prices jump as at a split" : `prices jump as at a split that is not listed${advice}`;
    return [
      ...breach(refused ? "refuse" : "warn", unlisted, summary, describe),
      ...breach("warn", listed, "prices jump at listed splits", describe),
    ];
  },
};

/** The simplest "new:old" whose effect on the price is within 2 % of the ratio; null when there is none. */
function nearestSplit(ratio: number): string | null {
  for (let sum = 3; sum <= 2 * LARGEST_TERM; sum++) {
    for (let after = Math.max(1, sum - LARGEST_TERM); after <= Math.min(LARGEST_TERM, sum - 1); after++) {
      const previous = sum - after;
      if (after !== previous && Math.abs((ratio * after) / previous - 1) <= CLOSENESS) return `${after}:${previous}`;
    }
  }
  return null;
}

/** True when the listed splits between two bars leave no such jump. */
function isExplained(ratio: number, afterMs: number, untilMs: number, splits: readonly ListedSplit[]): boolean {
  let left = ratio;
  let any = false;
  for (const split of splits) {
    if (split.timeMs > afterMs && split.timeMs <= untilMs) {
      left *= split.ratio;
      any = true;
    }
  }
  return any && Math.abs(left - 1) <= SMALLEST_JUMP;
}
