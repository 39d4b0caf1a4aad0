import { Worker } from "node:worker_threads";
import {
  type Binding,
  bind,
  CONTROL_WORDS,
  OPERATIONS,
  type Operation,
  REST,
  type SweepKernels,
  startKernels,
  takePieces,
  WORDS,
} from "./kernels.ts";

const MOST_PAGES = 65536;
/** After so long the caller's event loop gets its turn. */
const TURN_MS = 20;
/** A thread that died is noticed within this time. */
const LOOK_MS = 1000;
const TO_CHUNK = 4096 / 64;

export class SweepAborted extends Error {}

/**
 * The sweep module on one shared memory, on this thread and `threads - 1` more. They take the pieces of an operation from one counter; a result depends on
 * the piece alone, not on who took it.
 */
export class SweepThreads implements Disposable {
  private readonly words: Int32Array;
  private readonly ground: number;
  private lastTurnMs = 0;

  private constructor(
    readonly kernels: SweepKernels,
    private readonly memory: WebAssembly.Memory,
    private readonly workers: readonly Worker[],
    private readonly clock: () => number,
  ) {
    kernels.found();
    this.words = new Int32Array(memory.buffer, kernels.control(), CONTROL_WORDS);
    this.ground = kernels.level();
  }

  /**
   * @param threads at least 1
   * @param clock   milliseconds from any moment on
   */
  static async start(module: WebAssembly.Module, threads: number, clock: () => number): Promise<SweepThreads> {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
    const kernels = await startKernels(module, memory);
    const workers = await Promise.all(
      Array.from({ length: threads - 1 }, () => {
        const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: { module, memory } });
        worker.unref();
        return new Promise<Worker>((resolve, reject) => {
          worker.once("message", () => resolve(worker));
          worker.once("error", reject);
        });
      }),
    );
    return new SweepThreads(kernels, memory, workers, clock);
  }

  get size(): number {
    return this.workers.length + 1;
  }

  /** Size of the shared memory; it never shrinks. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Frees everything; whatever a sweep needs is reserved anew. */
  clear(): void {
    this.kernels.rewind(this.ground);
  }

  /** @throws {RangeError} when the 4 GiB that WebAssembly can address do not suffice */
  reserve(bytes: number): number {
    // Kernels read whole vectors: up to this many bytes behind a column.
    const at = this.kernels.reserve(bytes + 64) >>> 0;
    if (at === 0) throw new RangeError(`WebAssembly memory is full: ${bytes} more bytes asked for, 4 GiB is the limit in all`);
    return at;
  }

  put(values: Float64Array | Float32Array | Int32Array | Uint32Array | Int8Array): number {
    const at = this.reserve(values.byteLength);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(this.memory.buffer, at, values.byteLength).set(bytes);
    return at;
  }

  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  integers(at: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, length);
  }

  /** Binds all threads, then runs `work`; between, nothing else may run here. What is reserved from now on begins at a multiple of a log's chunk. */
  async together<T>(bindings: readonly Binding[], work: () => Promise<T>): Promise<T> {
    try {
      this.bindAll(bindings);
      return await work();
    } finally {
      this.ring(REST, 0);
    }
  }

  /** `together` for work that is done when it returns. */
  togetherNow<T>(bindings: readonly Binding[], work: () => T): T {
    try {
      this.bindAll(bindings);
      return work();
    } finally {
      this.ring(REST, 0);
    }
  }

  /**
   * Runs all pieces of an operation and waits for them.
   * @param onTurn told now and then how many pieces have been taken
   * @throws {RangeError} when memory is full
   * @throws {SweepAborted} when the signal says so
   */
  async run(
    operation: Operation,
    pieces: number,
    values: readonly number[],
    signal: AbortSignal | undefined,
    onTurn: (taken: number) => void = () => {},
  ): Promise<void> {
    const { words } = this;
    this.open(operation, pieces, values);
    const late = () => this.clock() - this.lastTurnMs > TURN_MS;
    try {
      while (Atomics.load(words, WORDS.next) < pieces && !this.failed()) {
        this.take(late);
        if (!late()) continue;
        onTurn(Math.min(pieces, Atomics.load(words, WORDS.next)));
        await this.turn(signal);
      }
    } finally {
      this.close(pieces);
    }
    this.refuseFailure();
  }

  /** `run` without a turn for the event loop meanwhile. @throws {RangeError} when memory is full */
  runNow(operation: Operation, pieces: number, values: readonly number[]): void {
    this.open(operation, pieces, values);
    try {
      this.take(() => false);
    } finally {
      this.close(pieces);
    }
    this.refuseFailure();
  }

  [Symbol.dispose](): void {
    for (const worker of this.workers) void worker.terminate();
  }

  /** Lets the event loop run, and looks whether the sweep is still wanted. */
  private async turn(signal: AbortSignal | undefined): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.lastTurnMs = this.clock();
    if (signal?.aborted) throw new SweepAborted("the sweep was aborted");
  }

  private bindAll(bindings: readonly Binding[]): void {
    const { words, workers, kernels } = this;
    Atomics.store(words, WORDS.failed, 0);
    Atomics.store(words, WORDS.idle, 0);
    const bell = Atomics.load(words, WORDS.bell);
    for (const worker of workers) worker.postMessage({ bindings, bell });
    bind(kernels, bindings);
    this.awaitIdle();
    const over = kernels.level() % TO_CHUNK;
    if (over > 0) kernels.reserve((TO_CHUNK - over) * 64);
    this.lastTurnMs = this.clock();
  }

  /** Lays an operation out for all threads and wakes them. */
  private open(operation: Operation, pieces: number, values: readonly number[]): void {
    const { words } = this;
    for (const [index, value] of values.entries()) words[WORDS.values + index] = value;
    Atomics.store(words, WORDS.next, 0);
    Atomics.store(words, WORDS.idle, 0);
    this.ring(OPERATIONS[operation], pieces);
  }

  /** Takes pieces on this thread until none is left, one failed somewhere, or `enough` says so. */
  private take(enough: () => boolean): void {
    if (!takePieces(this.kernels, this.words, () => enough() || this.failed())) Atomics.store(this.words, WORDS.failed, 1);
  }

  /** Leaves the pieces that nobody has taken, and waits for the others. */
  private close(pieces: number): void {
    Atomics.store(this.words, WORDS.next, pieces);
    this.awaitIdle();
  }

  private failed(): boolean {
    return Atomics.load(this.words, WORDS.failed) !== 0;
  }

  private refuseFailure(): void {
    if (!this.failed()) return;
    throw new RangeError(`a sweep needs more memory than the 4 GiB that WebAssembly can address: ${this.bytes} bytes are in use`);
  }

  private ring(operation: number, pieces: number): void {
    const { words } = this;
    Atomics.store(words, WORDS.pieces, pieces);
    Atomics.store(words, WORDS.operation, operation);
    Atomics.add(words, WORDS.bell, 1);
    Atomics.notify(words, WORDS.bell);
  }

  private awaitIdle(): void {
    const { words, workers } = this;
    for (let idle = Atomics.load(words, WORDS.idle); idle < workers.length; idle = Atomics.load(words, WORDS.idle)) {
      Atomics.wait(words, WORDS.idle, idle, LOOK_MS);
    }
  }
}
