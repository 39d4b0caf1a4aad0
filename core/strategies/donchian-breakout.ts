import { highestLine, lowestLine } from "../indicators/extremes.ts";
import { CLOSE, type Line } from "../sweep/lines.ts";
import { compare } from "../sweep/sets.ts";
import { defineStrategy, WANT_FLAT, WANT_LONG, WANT_SHORT, windowParam } from "./strategy.ts";

function highestOf(period: number): Line {
  return { key: `highest ${period}`, first: period - 1, compute: ({ high }) => highestLine(high, period) };
}

function lowestOf(period: number): Line {
  return { key: `lowest ${period}`, first: period - 1, compute: ({ low }) => lowestLine(low, period) };
}

export const donchianBreakout = defineStrategy({
  doc: "Long from a close above the highest high of the `entry` bars before until a close below the lowest low of the `exit` bars before; short in the mirror.",
  params: {
    entry: windowParam(20, "bars before this one that an entry must break out of"),
    exit: windowParam(10, "bars before this one whose break ends the position"),
  },
  rules: [],
  barsNeeded: ({ entry, exit }) => Math.max(entry, exit) + 1,
  wanted: ({ high, low, close }, { entry, exit }, from) => {
    const entryHigh = highestLine(high, entry);
    const entryLow = lowestLine(low, entry);
    const exitHigh = highestLine(high, exit);
    const exitLow = lowestLine(low, exit);
    const wanted = new Int8Array(close.length - from);
    let state = WANT_FLAT;
    for (let i = Math.max(from, entry, exit); i < close.length; i++) {
      const price = close[i]!;
      const above = price > entryHigh[i - 1]!;
      const below = price < entryLow[i - 1]!;
      // A position ends by its exit rule alone; with that, the opposite break opens the other side at once.
      if (state === WANT_LONG) state = price < exitLow[i - 1]! ? (below ? WANT_SHORT : WANT_FLAT) : WANT_LONG;
      else if (state === WANT_SHORT) state = price > exitHigh[i - 1]! ? (above ? WANT_LONG : WANT_FLAT) : WANT_SHORT;
      else state = above ? WANT_LONG : below ? WANT_SHORT : WANT_FLAT;
      wanted[i - from] = state;
    }
    return wanted;
  },
  // The longer window keeps the machine flat before it has a value: see `barsNeeded`.
  sets: {
    enterLong: { by: ["entry"], rule: ({ entry }) => compare(CLOSE, ">", highestOf(entry), 1) },
    leaveLong: { by: ["exit"], rule: ({ exit }) => compare(CLOSE, "<", lowestOf(exit), 1) },
    enterShort: { by: ["entry"], rule: ({ entry }) => compare(CLOSE, "<", lowestOf(entry), 1) },
    leaveShort: { by: ["exit"], rule: ({ exit }) => compare(CLOSE, ">", highestOf(exit), 1) },
    entangled: ({ entry, exit }) => exit > entry,
  },
});
