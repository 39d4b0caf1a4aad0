import { describe, expect, test } from "bun:test";
import { readBytes, readJson } from "./body.ts";
import { chunksOf, streamed } from "./pieces.ts";
import { Query } from "./query.ts";

type Headers = Readonly<Record<string, string>>;
const request = (body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>, headers: Headers = {}) =>
  new Request("http://localhost/", { method: "POST", body, headers });

/** A body of chunks that counts how many were taken. */
function counted(chunks: number, size: number) {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken++ < chunks) controller.enqueue(new Uint8Array(size));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { body, taken: () => taken };
}

describe("a body", () => {
  test.each([{}, { "content-length": "10" }, { "content-length": "99" }])(
    "of the largest size is taken, of one more byte not: %j",
    async (headers) => {
      const most = await readBytes(request(new Uint8Array(100), headers), 100);
      expect(most.ok && most.value.length).toBe(100);
      expect(await readBytes(request(new Uint8Array(101), headers), 100)).toMatchObject({
        error: { code: "payload_too_large", detail: expect.stringMatching(/100 bytes/) },
      });
    },
  );

  test("without a length is no longer read once it is too large", async () => {
    const { body, taken } = counted(1000, 1000);
    expect(await readBytes(request(body), 5000)).toMatchObject({ ok: false, error: { code: "payload_too_large" } });
    expect(taken()).toBeLessThan(10);
  });

  test("that says it is too large is not read at all", async () => {
    const { body, taken } = counted(1, 10);
    expect(await readBytes(request(body, { "content-length": "5001" }), 5000)).toMatchObject({
      error: { code: "payload_too_large" },
    });
    expect(taken()).toBe(0);
  });

  test.each([{}, { "content-length": "5" }])("that is packed is refused: %j", async (headers) => {
    const packed = request("abcde", { ...headers, "content-encoding": "gzip" });
    expect(await readBytes(packed, 100)).toMatchObject({
      error: { code: "unsupported_media_type", detail: expect.stringMatching(/"gzip"/) },
    });
  });

  test("that breaks off is told so", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
    expect(await readBytes(request(body), 100)).toMatchObject({
      ok: false,
      error: { code: "invalid_request", detail: expect.stringMatching(/broke off/) },
    });
  });
});

describe("a JSON body", () => {
  const read = async (headers: Headers) => {
    const posted = new Request("http://localhost/", { method: "POST", body: new TextEncoder().encode("{}"), headers });
    const json = await readJson(posted, 100, 32);
    return json.ok ? "taken" : json.error.code;
  };

  test.each([
    { "content-type": "application/json" },
    { "content-type": "application/json; charset=utf-8" },
    { "content-type": "application/x-www-form-urlencoded" },
    {},
    { "content-type": "application/json", origin: "http://localhost" },
  ])("is taken under %j", async (headers) => {
    expect(await read(headers)).toBe("taken");
  });

  test.each([
    { "content-type": "text/plain" },
    { "content-type": "application/json; charset=latin1" },
    { "content-type": "application/x-www-form-urlencoded", origin: "http://localhost" },
    { "content-type": "application/x-www-form-urlencoded", "sec-fetch-mode": "no-cors" },
    { "sec-fetch-site": "same-origin" },
    { "content-type": "multipart/form-data; boundary=x" },
  ])("is refused under %j", async (headers) => {
    expect(await read(headers)).toBe("unsupported_media_type");
  });
});

describe("query parameters", () => {
  test("that are unknown, given twice or not allowed are each named with what is allowed", () => {
    const query = new Query("http://localhost/x?limit=0&color=red&status=new&status=old&flag=1");
    expect([query.whole("limit", 1, 200), query.choice("status", ["queued"]), query.flag("flag")]).toEqual([null, null, null]);
    const refusal = query.refusal();
    expect(refusal?.findings).toEqual([
      { path: "status", message: "status is given twice" },
      { path: "limit", message: 'limit must be a whole number from 1 to 200: got "0"' },
      { path: "status", message: 'status must be one of queued: got "new"' },
      { path: "flag", message: 'flag must be true or false: got "1"' },
      { path: "color", message: '"color" is not a query parameter; there are limit, status, flag' },
    ]);
  });

  test("are read as they were escaped", () => {
    const query = new Query("http://localhost/x?symbol=%5EGSPC&limit=7");
    expect([query.value("symbol", "text", (text) => text), query.whole("limit", 1, 9)]).toEqual(["^GSPC", 7]);
    expect(query.refusal()).toBeNull();
  });
});

describe("a body in pieces", () => {
  test("is the pieces in their order, and others are served between them", async () => {
    let turns = 0;
    let watching = true;
    const turn = () => {
      turns++;
      if (watching) setImmediate(turn);
    };
    setImmediate(turn);
    const text = await new Response(streamed(Array.from({ length: 50 }, (_, i) => `${i},`))).text();
    watching = false;
    expect(text).toBe(Array.from({ length: 50 }, (_, i) => `${i},`).join(""));
    expect(turns).toBeGreaterThan(40);
  });

  test("is no longer made when nobody takes it", async () => {
    let ended = false;
    function* pieces() {
      try {
        while (true) yield "x";
      } finally {
        ended = true;
      }
    }
    const reader = streamed(pieces()).getReader();
    await reader.read();
    await reader.cancel();
    expect(ended).toBe(true);
  });

  test("covers every position once", () => {
    expect([...chunksOf(5, 2)]).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
    expect([...chunksOf(0, 2)]).toEqual([]);
  });
});
