import type { Piece } from "../test-socket.ts";

/** Bytes that are no good request, over a connection of their own. */
export interface HostileBytes {
  readonly name: string;
  readonly pieces: readonly Piece[];
  /** What was sent is only a part of a request: the server may well wait for the rest, until the client goes. */
  readonly unfinished?: true;
}

const HOST = "Host: localhost\r\n";
const POST = `POST /api/v1/jobs HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nConnection: close\r\n`;
const GOOD = '{"symbol":"SAMPLE-TREND","source":"sample","strategy":"nope"}';
const SMUGGLED = `GET /health HTTP/1.1\r\n${HOST}\r\n`;

/** Each must end in a refusal (4xx or 505) or a closed connection, never in another answer. */
export const HOSTILE_BYTES: readonly HostileBytes[] = [
  { name: "no request line", pieces: ["\r\n\r\n\r\n\r\nx\r\n\r\n"] },
  { name: "noise", pieces: [Uint8Array.from({ length: 4096 }, (_, k) => (k * 167 + 13) % 256)] },
  { name: "the hello of TLS", pieces: [Uint8Array.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3]), "\r\n\r\n"] },
  { name: "HTTP/0.9", pieces: ["GET /health\r\n\r\n"] },
  { name: "HTTP/9.9", pieces: [`GET /health HTTP/9.9\r\n${HOST}\r\n`] },
  { name: "the preface of HTTP/2", pieces: ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] },
  { name: "a method with a NUL", pieces: [`G\0T /health HTTP/1.1\r\n${HOST}\r\n`] },
  { name: "a method of 10,000 letters", pieces: [`${"G".repeat(10_000)} /health HTTP/1.1\r\n${HOST}\r\n`] },
  { name: "no path", pieces: [`GET HTTP/1.1\r\n${HOST}\r\n`] },
  { name: "a path of a million letters", pieces: [`GET /${"x".repeat(2 ** 20)} HTTP/1.1\r\n${HOST}\r\n`] },
  { name: "10,000 headers", pieces: [`GET /health HTTP/1.1\r\n${HOST}${"X: y\r\n".repeat(10_000)}\r\n`] },
  { name: "a header of a million letters", pieces: [`GET /health HTTP/1.1\r\n${HOST}X: ${"y".repeat(2 ** 20)}\r\n\r\n`] },
  { name: "a header without a name", pieces: [`GET /health HTTP/1.1\r\n${HOST}: y\r\n\r\n`] },
  { name: "a header without a colon", pieces: [`GET /health HTTP/1.1\r\n${HOST}oops\r\n\r\n`] },
  { name: "a header with a NUL", pieces: [`GET /health HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`] },
  {
    name: "Content-Length and Transfer-Encoding",
    pieces: [`${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  },
  { name: "two Content-Lengths", pieces: [`${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`] },
  { name: "a Content-Length below 0", pieces: [`${POST}Content-Length: -1\r\n\r\n{}`] },
  { name: "a Content-Length with a sign", pieces: [`${POST}Content-Length: +2\r\n\r\n{}`] },
  { name: "a Content-Length that is text", pieces: [`${POST}Content-Length: two\r\n\r\n{}`] },
  { name: "a Content-Length beyond all numbers", pieces: [`${POST}Content-Length: 99999999999999999999999\r\n\r\n{}`] },
  { name: "a Content-Length that is too short", pieces: [`${POST}Content-Length: 10\r\n\r\n${GOOD}`] },
  { name: "a Content-Length that is too long", pieces: [`${POST}Content-Length: 5000\r\n\r\n${GOOD}`], unfinished: true },
  { name: "a Transfer-Encoding that is none", pieces: [`${POST}Transfer-Encoding: xchunked\r\n\r\n${GOOD}`] },
  { name: "a chunk whose size is no number", pieces: [`${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n${GOOD}\r\n0\r\n\r\n`] },
  {
    name: "a chunk of a size beyond all memory",
    pieces: [`${POST}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n${GOOD}`],
  },
  { name: "chunks that never end", pieces: [`${POST}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`], unfinished: true },
  { name: "half a request line", pieces: ["GET /hea"], unfinished: true },
  { name: "half the headers", pieces: [`GET /health HTTP/1.1\r\nHost: loc`], unfinished: true },
  {
    name: "a byte at a time",
    pieces: [...'POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"a'].flatMap((byte) => [byte, 1]),
    unfinished: true,
  },
  {
    name: "an upload that breaks off",
    pieces: [`PUT /api/v1/datasets/X HTTP/1.1\r\n${HOST}Content-Type: text/csv\r\nContent-Length: 1000000\r\n\r\ndate,open`, 50],
    unfinished: true,
  },
  { name: "nothing at all", pieces: [50], unfinished: true },
  { name: "another server's address", pieces: [`GET http://evil.example/health HTTP/1.1\r\nHost: evil.example\r\n\r\n`] },
  { name: "CONNECT", pieces: [`CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n`] },
  { name: "no Host", pieces: ["GET /health HTTP/1.1\r\n\r\n"] },
  { name: "two Hosts", pieces: [`GET /health HTTP/1.1\r\n${HOST}Host: evil.example\r\n\r\n`] },
];
