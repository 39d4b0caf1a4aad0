/** What the sweep module exports: see assembly/sweep/index.ts. Addresses are bytes from the start of the shared memory. */
export interface SweepKernels extends Record<string, unknown> {
  found(): void;
  control(): number;
  reserve(bytes: number): number;
  level(): number;
  rewind(to: number): void;
  rangeBytes(bars: number): number;
  averageBytes(windows: number): number;
  countRuns(closes: number, n: number, out: number): void;
  buildTrades(opens: number, closes: number): void;
  buildWalk(): void;
  partsBytes(n: number): number;
  runningPeaks(out: number, closes: number, n: number): void;
  setBytes(n: number): number;
  runPiece(operation: number, piece: number): number;
}

/** A call that every thread makes before its first piece, since each has globals of its own. */
export type Binding = readonly [name: string, ...values: number[]];

/** What a piece of work is; the numbers stand in assembly/sweep/pieces.ts. */
export const OPERATIONS = {
  clear: 0,
  carry: 1,
  find: 2,
  settle: 3,
  finish: 4,
  lines: 5,
  sets: 6,
  trials: 7,
  winners: 8,
  ranks: 9,
  averages: 10,
} as const;
export type Operation = keyof typeof OPERATIONS;

/** The control words by index, each an i32. */
export const WORDS = {
  /** Raised by one when there is work; threads sleep on it. */
  bell: 0,
  operation: 1,
  pieces: 2,
  /** The next piece that nobody has taken. */
  next: 3,
  /** Threads that found no piece left. */
  idle: 4,
  /** Not 0 when a piece failed. */
  failed: 5,
  values: 16,
} as const;
export const CONTROL_WORDS = 64;
/** The operation that sends threads back to their event loop. */
export const REST = -1;

/** Starts the module on a shared memory. */
export async function startKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<SweepKernels> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as SweepKernels;
}

/** Makes the calls of a sweep. @throws {TypeError} for a name that the module does not export */
export function bind(kernels: SweepKernels, bindings: readonly Binding[]): void {
  for (const [name, ...values] of bindings) {
    const call = kernels[name];
    if (typeof call !== "function") throw new TypeError(`the sweep module has no ${name}`);
    call(...values);
  }
}

/** Takes pieces until none is left, or `enough` says so; false when one failed. */
export function takePieces(kernels: SweepKernels, words: Int32Array, enough: () => boolean): boolean {
  const operation = Atomics.load(words, WORDS.operation);
  const pieces = Atomics.load(words, WORDS.pieces);
  while (!enough()) {
    const piece = Atomics.add(words, WORDS.next, 1);
    if (piece >= pieces) break;
    if (kernels.runPiece(operation, piece) === 0) return false;
  }
  return true;
}
