// Work that threads share: each operation has numbered pieces, which any thread may take; what they need to know lies in the control words.
import { countBelow, findWinners } from "./cross-validation";
import { findCrossings } from "./crossings";
import { carry } from "./lines";
import { control } from "./memory";
import { clearRange, finishRange, settleRange } from "./settle";
import { fillAverage, fillLines, fillSet, runTrials } from "./told";

const CLEAR: i32 = 0;
const CARRY: i32 = 1;
const FIND: i32 = 2;
const SETTLE: i32 = 3;
const FINISH: i32 = 4;
const LINES: i32 = 5;
const SETS: i32 = 6;
const TRIALS: i32 = 7;
const WINNERS: i32 = 8;
const RANKS: i32 = 9;
const AVERAGES: i32 = 10;

/** Control words from here on belong to an operation; the first ones tell threads what to do. */
const ARGUMENTS: usize = 64;
const LINES_A_PIECE: i32 = 8;

// @ts-ignore: decorator
@inline
function word(index: usize): i32 {
  return load<i32>(control() + ARGUMENTS + (index << 2));
}

/** Carries out one piece. False when memory is full. */
export function runPiece(operation: i32, piece: i32): bool {
  const from = word(0);
  const length = word(1);
  const pieces = word(2);
  const n = word(3);
  if (operation == CLEAR) clearRange(piece);
  else if (operation == CARRY) {
    const lines = word(4);
    const first = piece * LINES_A_PIECE;
    carry(<usize>word(5), from, length, pieces, n, <usize>word(6), first, min(first + LINES_A_PIECE, lines));
  } else if (operation == FIND) {
    const start = from + piece * length;
    return findCrossings(piece, start, min(start + length, n), <usize>word(6));
  } else if (operation == SETTLE) settleRange(piece, pieces, from, length);
  else if (operation == FINISH) finishRange(piece);
  else if (operation == LINES) fillLines(piece, from);
  else if (operation == SETS) fillSet(piece);
  else if (operation == TRIALS) runTrials(piece, from, length);
  else if (operation == WINNERS) return findWinners(piece);
  else if (operation == AVERAGES) fillAverage(piece, from);
  else if (operation == RANKS) countBelow(piece, <usize>from);
  return true;
}
