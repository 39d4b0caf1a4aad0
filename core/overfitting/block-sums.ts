/** Returns of several trials reduced to sums over equal blocks of time: all that a Sharpe ratio over any of the blocks needs. */
export interface BlockSums {
  /** Length trials x blocks x 2: for each trial and block the sum of the returns and the sum of their squares. */
  readonly sums: Float64Array;
  readonly trials: number;
  /** Even. */
  readonly blocks: number;
  /** Returns in a block; a missing one counts as 0. */
  readonly blockLength: number;
}

/** Returns of several trials, row by row: a row is a time, a column a trial. */
export interface ReturnMatrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** The block sums of a matrix; the oldest rows mod blocks belong to none. */
export function blockSumsOf({ values, rows, columns }: ReturnMatrix, blocks: number): BlockSums {
  const blockLength = Math.floor(rows / blocks);
  const first = rows % blocks;
  const sums = new Float64Array(columns * blocks * 2);
  for (let row = first; row < first + blocks * blockLength; row++) {
    const block = Math.floor((row - first) / blockLength);
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      const at = (column * blocks + block) * 2;
      sums[at]! += value;
      sums[at + 1]! += value * value;
    }
  }
  return { sums, trials: columns, blocks, blockLength };
}

/** The same sums for returns in excess of a rate per period. */
export function inExcessOf(rate: number, blockSums: BlockSums): BlockSums {
  if (rate === 0) return blockSums;
  const { sums, blockLength } = blockSums;
  const excess = new Float64Array(sums.length);
  for (let at = 0; at < sums.length; at += 2) {
    const sum = sums[at]!;
    excess[at] = sum - blockLength * rate;
    excess[at + 1] = sums[at + 1]! - 2 * rate * sum + blockLength * rate * rate;
  }
  return { ...blockSums, sums: excess };
}
