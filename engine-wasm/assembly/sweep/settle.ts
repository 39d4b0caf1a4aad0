// From logs of crossings to figures: the changes of a range of trials are dealt out to their records, and a record's are applied when enough wait there.
import { BAR_SHIFT, CHUNK_BYTES, logEnd, logStart, RANGE_BITS } from "./crossings";
import { FIGURE_FIELDS } from "./figures";
import { applyChanges, AtOpen, clearRecord, finishTrial, MOST_PENDING, PENDING_CHANGES, RECORD_BYTES } from "./trades";

const BLOCK_SUM_BYTES: usize = 256;

let trials: i32 = 0;
let records: usize = 0;
let blockSums: usize = 0;
let figures: usize = 0;

/** Records, block sums and figures of all trials, one after the other. */
export function bindOutput(total: i32, recordsAt: usize, blockSumsAt: usize, figuresAt: usize): void {
  trials = total;
  records = recordsAt;
  blockSums = blockSumsAt;
  figures = figuresAt;
}

export function clearRange(range: i32): void {
  for (let trial = range << RANGE_BITS; trial < stopOf(range); trial++) clearRecord(recordOf(trial), sumsAt(trial));
}

/** Takes in what some pieces have found for a range; pieces are numbered from 0, the first begins at bar `from`. */
export function settleRange(range: i32, pieces: i32, from: i32, length: i32): void {
  const base = range << RANGE_BITS;
  for (let piece = 0; piece < pieces; piece++) {
    const bar = from + piece * length;
    let at = logStart(piece, range);
    const end = logEnd(piece, range);
    let chunk = at;
    at += 4;
    while (true) {
      const chunkEnd = chunk + <u32>CHUNK_BYTES;
      const stop = end > chunk && end <= chunkEnd ? end : chunkEnd;
      for (; at < stop; at += 4) {
        const entry = load<u32>(at);
        const record = recordOf(base + <i32>(entry & ((1 << RANGE_BITS) - 1)));
        let count = load<i32>(record, PENDING_CHANGES) + 1;
        store<i32>(record + (<usize>count << 2), bar + <i32>(entry >>> BAR_SHIFT), PENDING_CHANGES);
        if (count == MOST_PENDING) {
          applyChanges<AtOpen>(record, sumsAt(base + <i32>(entry & ((1 << RANGE_BITS) - 1))), record + PENDING_CHANGES + 4, count, 0);
          count = 0;
        }
        store<i32>(record, count, PENDING_CHANGES);
      }
      if (stop == end) break;
      chunk = load<u32>(chunk);
      at = chunk + 4;
    }
  }
}

/** Applies what still waits and writes the figures. */
export function finishRange(range: i32): void {
  for (let trial = range << RANGE_BITS; trial < stopOf(range); trial++) {
    const record = recordOf(trial);
    const sums = sumsAt(trial);
    const waiting = record + PENDING_CHANGES;
    applyChanges<AtOpen>(record, sums, waiting + 4, load<i32>(waiting), 0);
    finishTrial(record, sums, figuresAt(trial), waiting);
  }
}

function stopOf(range: i32): i32 {
  return min((range + 1) << RANGE_BITS, trials);
}

// @ts-ignore: decorator
@inline
function recordOf(trial: i32): usize {
  return records + <usize>trial * RECORD_BYTES;
}

// @ts-ignore: decorator
@inline
function sumsAt(trial: i32): usize {
  return blockSums + <usize>trial * BLOCK_SUM_BYTES;
}

// @ts-ignore: decorator
@inline
function figuresAt(trial: i32): usize {
  return figures + <usize>trial * <usize>(FIGURE_FIELDS << 3);
}
