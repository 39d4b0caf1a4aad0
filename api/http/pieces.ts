/**
 * A body made piece by piece as the client takes it, so that one large answer leaves the event loop to others in between.
 * @param pieces texts of about 100 KB
 */
export function streamed(pieces: Iterable<string>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
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

const encoder = new TextEncoder();

/**
 * A large body at hand, as a stream of one chunk: Bun 1.4.5 writes that and the head in one call. Given as text, with the answer made after the
 * request's own turn, every name and value of the head is written by a call of its own, some 25 of them, as small packets.
 */
export function inOneWrite(body: string): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(body));
      controller.close();
    },
  });
}

/** Ranges [from, to) of `size` that cover 0 to n. */
export function* chunksOf(n: number, size: number): Generator<readonly [from: number, to: number]> {
  for (let from = 0; from < n; from += size) yield [from, Math.min(from + size, n)];
}
