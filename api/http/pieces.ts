/**
 * A body made piece by piece as the client takes it, so that one large answer leaves the event loop to others in between.
 * @param pieces texts of about 100 KB
 */
export function streamed(pieces: Iterable<string>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel() {
      iterator.return?.();
    },
  });
}

/** Ranges [from, to) of `size` that cover 0 to n. */
export function* chunksOf(n: number, size: number): Generator<readonly [from: number, to: number]> {
  for (let from = 0; from < n; from += size) yield [from, Math.min(from + size, n)];
}
