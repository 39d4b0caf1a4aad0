import { expect, test } from "bun:test";
import { connect } from "node:net";
import { streamed } from "./pieces.ts";

const PIECES = 1000;
const PIECE = "x".repeat(100_000);

test("pieces are made as the client takes them: one that stops reading stops them", async () => {
  let made = 0;
  function* pieces() {
    for (; made < PIECES; made++) yield PIECE;
  }
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(streamed(pieces())) });
  const client = connect({ port: server.port ?? 0, host: "127.0.0.1" });
  try {
    let received = 0;
    client.on("data", ({ length }) => {
      received += length;
    });
    client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await new Promise((resolve) => client.once("data", resolve));
    client.pause();
    let before: number;
    do {
      before = made;
      await Bun.sleep(100);
    } while (made > before);
    expect(made).toBeLessThan(PIECES);
    client.resume();
    while (received < PIECES * PIECE.length) await Bun.sleep(10);
    expect(made).toBe(PIECES);
  } finally {
    client.destroy();
    await server.stop(true);
  }
});

test("a client that goes away ends the making", async () => {
  let ended = false;
  function* pieces() {
    try {
      for (;;) yield PIECE;
    } finally {
      ended = true;
    }
  }
  const reader = streamed(pieces()).getReader();
  await reader.read();
  await reader.cancel();
  expect(ended).toBe(true);
});
