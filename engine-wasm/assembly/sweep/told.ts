// Trials whose wanted states are told by sets of bars: the sets of a batch of trials, then each trial from its sets to its figures, by tables or bar by bar.
import { averageLine } from "./average-line";
import { comparisonBits, crossBits } from "./bits";
import { FIGURE_FIELDS } from "./figures";
import { changes } from "./machine";
import { macdBits, macdLines } from "./macd";
import { reserve } from "./memory";
import { applyChanges, AtOpen, clearRecord, finishTrial, RECORD_BYTES } from "./trades";
import { walkTrial } from "./walk";

const BLOCK_SUM_BYTES: usize = 256;
/** Where the sets of a trial lie, 0 for none: enter and leave long, enter and leave short; the first bar that may change; whether sides are entangled. */
const TRIAL_BYTES: usize = 24;
const TRIALS_A_PIECE: i32 = 32;
/** A rule of a set: its kind and what belongs to it. */
const RULE_BYTES: usize = 64;
const COMPARISON: i32 = 0;
const CROSSING: i32 = 1;
const LINES_A_PIECE: i32 = 4;
const LINE_BYTES: usize = 12;

/** How trials are evaluated. */
const BY_TABLES: i32 = 0;

let n: i32 = 0;
let direction: i32 = 0;
let way: i32 = 0;
let closes: usize = 0;
let peaks: usize = 0;
let places: usize = 0;
let trials: usize = 0;
let rules: usize = 0;
let lines: usize = 0;
let blockSums: usize = 0;
let figures: usize = 0;
let scratch: usize = 0;
let record: usize = 0;

/**
 * Once a sweep and thread.
 *
 * @param bars     bars with prices
 * @param placesAt for each bar with prices its place in the range, an i32; 0 when they are the same
 * @param trialsAt, rulesAt, linesAt records of a batch
 */
export function bindTold(
  bars: i32,
  closesAt: usize,
  peaksAt: usize,
  placesAt: usize,
  side: i32,
  evaluation: i32,
  trialsAt: usize,
  rulesAt: usize,
  linesAt: usize,
  blockSumsAt: usize,
  figuresAt: usize,
): void {
  n = bars;
  closes = closesAt;
  peaks = peaksAt;
  places = placesAt;
  direction = side;
  way = evaluation;
  trials = trialsAt;
  rules = rulesAt;
  lines = linesAt;
  blockSums = blockSumsAt;
  figures = figuresAt;
  scratch = reserve(<f64>(bars + 4) * 4);
  record = reserve(<f64>(RECORD_BYTES + 8));
}

export function fillLines(piece: i32, count: i32): void {
  const first = piece * LINES_A_PIECE;
  macdLines(lines + <usize>first * LINE_BYTES, min(count - first, LINES_A_PIECE), closes, n);
}

/** An average: its address, its kind and its window. */
export function fillAverage(piece: i32, skipped: i32): void {
  const line = lines + <usize>(skipped + piece) * LINE_BYTES;
  averageLine(load<i32>(line, 4), closes, n, load<i32>(line, 8), load<u32>(line));
}

export function fillSet(piece: i32): void {
  const rule = rules + <usize>piece * RULE_BYTES;
  const kind = load<i32>(rule);
  const a = <usize>load<u32>(rule, 4);
  const b = load<i32>(rule, 8);
  if (kind == COMPARISON) {
    const first = b;
    const level = <usize>load<u32>(rule, 20);
    comparisonBits(a, n, first, load<i32>(rule, 12), load<u32>(rule, 16), level, load<i32>(rule, 24), load<u32>(rule, 28), load<f64>(rule, 32), load<f64>(rule, 40));
  } else if (kind == CROSSING) {
    const slow = load<i32>(rule, 28);
    crossBits(a, <usize>b, n, slow - 1, load<u32>(rule, 16), load<u32>(rule, 20), load<f64>(rule, 32), load<i32>(rule, 24), slow, peaks);
  } else macdBits(a, b, closes, n, peaks);
}

/** @param base the number of the batch's first trial among all */
export function runTrials(piece: i32, count: i32, base: i32): void {
  const stop = min((piece + 1) * TRIALS_A_PIECE, count);
  for (let k = piece * TRIALS_A_PIECE; k < stop; k++) {
    const at = trials + <usize>k * TRIAL_BYTES;
    const sums = blockSums + <usize>(base + k) * BLOCK_SUM_BYTES;
    const out = figures + <usize>(base + k) * <usize>(FIGURE_FIELDS << 3);
    const found = changes(
      scratch,
      load<u32>(at),
      load<u32>(at, 4),
      load<u32>(at, 8),
      load<u32>(at, 12),
      n,
      load<i32>(at, 16),
      direction,
      load<i32>(at, 20) != 0,
    );
    if (way == BY_TABLES) {
      clearRecord(record, sums);
      applyChanges<AtOpen>(record, sums, scratch, found, 2);
      finishTrial(record, sums, out, scratch);
    } else {
      if (places != 0) replace(found);
      walkTrial(scratch, found, sums, out);
    }
  }
}

/** From places among the bars with prices to places in the range. */
function replace(found: i32): void {
  for (let k = 0; k < found; k++) {
    const at = scratch + (<usize>k << 2);
    const change = load<i32>(at);
    store<i32>(at, (load<i32>(places + (<usize>(change >> 2) << 2)) << 2) | (change & 3));
  }
}
