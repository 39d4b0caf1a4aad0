// The search for the bar in which a stop or a target is touched: parts that stay between both are passed over, the others go through the stretches of single runs.
import { TOUCH_TOLERANCE } from "../../../core/engine/abi";
import { best, setTrail, stop, target } from "../account";
import { trailingStop } from "../settings";
import { highs, lows, marks, opens } from "../simulate";
import { stretchLong, stretchShort } from "../stretch";
import { bottom, highest, lowest, PART, partEnd, takeLevels, top } from "./walk-parts";

/** Equity that nobody reads, one part of it. */
let unread: usize = 0;

export const UNREAD_BYTES: usize = <usize>PART << 3;

/** @param at UNREAD_BYTES of this thread's own */
export function bindUnread(at: usize): void {
  unread = at;
}

/** The first bar in [from, to) that touches a level, or `to`. */
export function untouchedLong(from: i32, to: i32): i32 {
  const trailing = trailingStop == trailingStop;
  const keep = 1.0 - trailingStop;
  const goal = target * (1.0 - TOUCH_TOLERANCE);
  let extreme = best;
  let level = stop;
  for (let i = from; i < to; ) {
    const end = partEnd(i, to);
    takeLevels(i, end);
    // The tightest stop of the part, as if its extreme came first.
    let nextExtreme = extreme;
    let nextLevel = level;
    if (trailing && top > extreme) {
      nextExtreme = top;
      nextLevel = max(level, top * keep);
    }
    if (i32(lowest <= nextLevel * (1.0 + TOUCH_TOLERANCE)) | i32(highest >= goal)) {
      setTrail(extreme, level);
      const reached = stretchLong(unread - (<usize>i << 3), marks, opens, highs, lows, i, end);
      if (reached < end) return reached;
    }
    extreme = nextExtreme;
    level = nextLevel;
    i = end;
  }
  setTrail(extreme, level);
  return to;
}

export function untouchedShort(from: i32, to: i32): i32 {
  const trailing = trailingStop == trailingStop;
  const keep = 1.0 + trailingStop;
  const goal = target * (1.0 + TOUCH_TOLERANCE);
  let extreme = best;
  let level = stop;
  for (let i = from; i < to; ) {
    const end = partEnd(i, to);
    takeLevels(i, end);
    let nextExtreme = extreme;
    let nextLevel = level;
    if (trailing && bottom < extreme) {
      nextExtreme = bottom;
      nextLevel = min(level, bottom * keep);
    }
    if (i32(highest >= nextLevel * (1.0 - TOUCH_TOLERANCE)) | i32(lowest <= goal)) {
      setTrail(extreme, level);
      const reached = stretchShort(unread - (<usize>i << 3), marks, opens, highs, lows, i, end);
      if (reached < end) return reached;
    }
    extreme = nextExtreme;
    level = nextLevel;
    i = end;
  }
  setTrail(extreme, level);
  return to;
}
