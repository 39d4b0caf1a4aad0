import { connect } from "node:net";

/** What came back over a connection: an answer, or its end without one, or nothing for so long that it was given up. */
export type Reply =
  | { readonly kind: "answer"; readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: string }
  | { readonly kind: "closed" }
  | { readonly kind: "silence" };

/** Bytes or Latin-1 text, one after the other; a number is a pause in ms. */
export type Piece = string | Uint8Array | number;

/**
 * Sends pieces over a connection of its own and reads the first answer.
 * @param patienceMs how long to wait for it after the last piece
 */
export async function exchange(port: number, pieces: Iterable<Piece>, patienceMs: number): Promise<Reply> {
  const socket = connect({ port, host: "127.0.0.1" });
  const received: Uint8Array[] = [];
  const answered = Promise.withResolvers<Reply>();
  let answeredYet = false;
  void answered.promise.then(() => {
    answeredYet = true;
  });
  socket.on("data", (bytes) => {
    received.push(Buffer.from(bytes));
    const reply = answerIn(Buffer.concat(received), false);
    if (reply !== null) answered.resolve(reply);
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    answered.resolve(answerIn(Buffer.concat(received), true) ?? { kind: "closed" });
  });
  let timer: Timer | undefined;
  try {
    for (const piece of pieces) {
      if (answeredYet) break;
      if (typeof piece === "number") await Bun.sleep(piece);
      else if (!socket.write(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece)) {
        await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), answered.promise]);
      }
    }
    const silence = new Promise<Reply>((resolve) => {
      timer = setTimeout(() => resolve({ kind: "silence" }), patienceMs);
    });
    return await Promise.race([answered.promise, silence]);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** @param ended whether nothing more comes: then a body may end without having said how long it is */
function answerIn(bytes: Buffer, ended: boolean): Reply | null {
  const text = bytes.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()] as const),
  );
  const body = bytes.subarray(end + 4);
  const length = headers.get("content-length");
  const complete = length === undefined ? ended : body.length >= Number(length);
  return complete || ended ? { kind: "answer", status, headers, body: body.toString() } : null;
}
