// From sets of bars to the changes of the wanted state: the machine of core/sweep/sets.ts. It looks for the next bar of the set that matters to the state at
// hand, 64 bars at a time. A change is an i32: bar * 4 + (state + 1).

/**
 * The changes of the state under a direction, from flat at `from` on.
 *
 * @param out        room for n - from changes
 * @param enterLong  a set of n bars; 0: never
 * @param leaveLong  a set; 0: every bar outside `enterLong`
 * @param from       0 to n: where the range begins, or where the longest window has its first value
 * @param direction  1 long, -1 short, 0 both
 * @param entangled  whether a bar may enter one side without leaving the other; where none may, the sets of a side that is not taken are not read
 * @returns the number of changes
 */
export function changes(
  out: usize,
  enterLong: usize,
  leaveLong: usize,
  enterShort: usize,
  leaveShort: usize,
  n: i32,
  from: i32,
  direction: i32,
  entangled: bool,
): i32 {
  const one = direction != 0 && !entangled;
  if (enterShort == 0 || (one && direction > 0)) return enterLong == 0 || direction < 0 ? 0 : oneSide(out, enterLong, leaveLong, n, from, 1);
  if (enterLong == 0 || one) return direction > 0 ? 0 : oneSide(out, enterShort, leaveShort, n, from, -1);
  return twoSides(out, enterLong, leaveLong, enterShort, leaveShort, n, from, direction);
}

function oneSide(out: usize, enter: usize, leave: usize, n: i32, from: i32, side: i32): i32 {
  const flip = flipOf(leave);
  const leaving = leave == 0 ? enter : leave;
  let at = out;
  let bar = from;
  while (true) {
    bar = next(enter, 0, bar, n);
    if (bar >= n) break;
    store<i32>(at, (bar << 2) + 1 + side);
    at += 4;
    bar = next(leaving, flip, bar + 1, n);
    if (bar >= n) break;
    store<i32>(at, (bar << 2) + 1);
    at += 4;
    bar++;
  }
  return <i32>((at - out) >>> 2);
}

function twoSides(out: usize, enterLong: usize, leaveLong: usize, enterShort: usize, leaveShort: usize, n: i32, from: i32, direction: i32): i32 {
  const longFlip = flipOf(leaveLong);
  const shortFlip = flipOf(leaveShort);
  const leavingLong = leaveLong == 0 ? enterLong : leaveLong;
  const leavingShort = leaveShort == 0 ? enterShort : leaveShort;
  let at = out;
  let state = 0;
  let shown = 0;
  for (let bar = from; ; bar++) {
    if (state > 0) bar = next(leavingLong, longFlip, bar, n);
    else if (state < 0) bar = next(leavingShort, shortFlip, bar, n);
    else bar = nextOfTwo(enterLong, enterShort, bar, n);
    if (bar >= n) break;
    if (state > 0) state = -i32(has(enterShort, bar));
    else if (state < 0) state = i32(has(enterLong, bar));
    else state = has(enterLong, bar) ? 1 : -1;
    const allowed = direction == 0 || state == direction ? state : 0;
    if (allowed == shown) continue;
    shown = allowed;
    store<i32>(at, (bar << 2) + 1 + shown);
    at += 4;
  }
  return <i32>((at - out) >>> 2);
}

/** What turns the words of an entering set into those of leaving, where there is no set for that. */
// @ts-ignore: decorator
@inline
function flipOf(leave: usize): u64 {
  return leave == 0 ? ~(<u64>0) : 0;
}

// @ts-ignore: decorator
@inline
function has(set: usize, bar: i32): bool {
  return ((wordOf(set, bar >>> 6) >>> (bar & 63)) & 1) != 0;
}

/** First bar from `bar` on in a set whose words are flipped, or some bar from n on. */
// @ts-ignore: decorator
@inline
function next(set: usize, flip: u64, bar: i32, n: i32): i32 {
  if (bar >= n) return n;
  const last = (n - 1) >>> 6;
  let word = bar >>> 6;
  let bits = (wordOf(set, word) ^ flip) & (~(<u64>0) << (bar & 63));
  while (bits == 0) {
    if (++word > last) return n;
    bits = wordOf(set, word) ^ flip;
  }
  return (word << 6) + <i32>ctz(bits);
}

// @ts-ignore: decorator
@inline
function nextOfTwo(a: usize, b: usize, bar: i32, n: i32): i32 {
  if (bar >= n) return n;
  const last = (n - 1) >>> 6;
  let word = bar >>> 6;
  let bits = (wordOf(a, word) | wordOf(b, word)) & (~(<u64>0) << (bar & 63));
  while (bits == 0) {
    if (++word > last) return n;
    bits = wordOf(a, word) | wordOf(b, word);
  }
  return (word << 6) + <i32>ctz(bits);
}

// @ts-ignore: decorator
@inline
function wordOf(set: usize, word: i32): u64 {
  return load<u64>(set + (<usize>word << 3));
}
