import { describe, expect, test } from "bun:test";
import { cursorAfter, readCursor } from "./cursor.ts";
import { entityTag, isKnown } from "./etag.ts";
import { refusedAtTheDoor } from "./guard.ts";
import { idempotencyKey } from "./idempotency.ts";
import { isUtf8, parseMediaType, prefersCsv } from "./media-type.ts";
import { parsePrefer } from "./prefer.ts";

describe("Prefer", () => {
  test.each([
    [null, 30_000, null],
    ["wait=5", 5000, "wait=5"],
    ['wait="5"', 5000, "wait=5"],
    ["Wait = 5", 5000, "wait=5"],
    ["wait=0", 0, "wait=0"],
    ["wait=600", 60_000, "wait=60"],
    ["respond-async", 0, "respond-async"],
    ["respond-async, wait=2", 2000, "respond-async, wait=2"],
    ["return=minimal, wait=1; x=y", 1000, "wait=1"],
    ["wait=-1", 30_000, null],
    ["wait=soon", 30_000, null],
    ["wait=1e3", 30_000, null],
    ["", 30_000, null],
  ])("%j waits %i ms and applied %j", (header, waitMs, applied) => {
    expect(parsePrefer(header, 30_000)).toEqual({ waitMs, applied });
  });
});

describe("Accept", () => {
  test.each([
    "text/csv",
    "TEXT/CSV",
    "text/csv, */*;q=0.1",
    "application/json;q=0.5, text/csv",
    "text/*",
    "text/csv;q=0.9,application/json; q=0.8",
  ])("%s prefers CSV", (accept) => {
    expect(prefersCsv(accept)).toBe(true);
  });

  test.each([
    null,
    "*/*",
    "application/json",
    "application/json, text/csv",
    "text/csv;q=0.1, application/json",
    "text/csv;q=0",
    "text/html,application/xhtml+xml,*/*;q=0.8",
    "",
    "text/csv;q=x",
  ])("%j does not", (accept) => {
    expect(prefersCsv(accept)).toBe(false);
  });
});

describe("Content-Type", () => {
  test("is read without its parameters, its charset apart", () => {
    expect(parseMediaType("Application/JSON; charset=UTF-8")).toEqual({ type: "application/json", charset: "utf-8" });
    expect(parseMediaType('text/csv; header=present; charset="latin1"')).toEqual({ type: "text/csv", charset: "latin1" });
    expect(parseMediaType("text/csv")).toEqual({ type: "text/csv", charset: null });
    expect(parseMediaType(null)).toBeNull();
  });

  test("allows charsets that read as UTF-8", () => {
    expect(["utf-8", "us-ascii", null].map((charset) => isUtf8({ type: "text/csv", charset }))).toEqual([true, true, true]);
    expect(isUtf8({ type: "text/csv", charset: "utf-16" })).toBe(false);
  });
});

describe("If-None-Match", () => {
  const tag = entityTag("abc", "json");
  test.each(['"abc.json"', 'W/"abc.json"', '"x", "abc.json"', "*"])("%s knows the answer", (header) => {
    expect(isKnown(header, tag)).toBe(true);
  });
  test.each([null, '"abc.csv"', "abc.json", ""])("%j does not", (header) => {
    expect(isKnown(header, tag)).toBe(false);
  });
});

describe("a cursor", () => {
  const isWord = (text: string) => /^\w+$/.test(text);

  test("reads back as the item it was made after", () => {
    expect(readCursor("jobs", cursorAfter("jobs", "abc"), isWord)).toEqual({ ok: true, value: "abc" });
    expect(readCursor("jobs", null, isWord)).toEqual({ ok: true, value: null });
  });

  test.each([cursorAfter("datasets", "abc"), cursorAfter("jobs", "a b"), `${cursorAfter("jobs", "abc")}=`, "", "%%%", "abc"])(
    "%j of another list, of no item, or not made here is refused",
    (cursor) => {
      expect(readCursor("jobs", cursor, isWord)).toMatchObject({
        ok: false,
        error: { code: "invalid_request", findings: [{ path: "cursor" }] },
      });
    },
  );
});

describe("Idempotency-Key", () => {
  test("of equal JSON is equal, whatever the order of fields", () => {
    const key = idempotencyKey("k", { a: 1, b: [{ c: 2, d: 3 }] }, "backtest");
    expect(key.ok).toBe(true);
    expect(idempotencyKey("k", { b: [{ d: 3, c: 2 }], a: 1.0 }, "backtest")).toEqual(key);
    expect(idempotencyKey("k", { a: 1, b: [{ c: 2, d: 4 }] }, "backtest")).not.toEqual(key);
    expect(idempotencyKey("k", { a: 1, b: [{ c: 2, d: 3 }] }, "sweep")).not.toEqual(key);
  });

  test("is 1 to 255 visible ASCII characters", () => {
    expect(idempotencyKey("k".repeat(255), 1, "sweep").ok).toBe(true);
    for (const key of ["", "k".repeat(256), "a b", "ü", "a\tb"]) {
      expect(idempotencyKey(key, 1, "sweep")).toMatchObject({
        ok: false,
        error: { code: "invalid_request", findings: [{ path: "Idempotency-Key" }] },
      });
    }
  });
});

describe("the door", () => {
  const asked = (headers: Readonly<Record<string, string>>, method = "GET", hosts: readonly string[] | null = ["my.host"]) =>
    refusedAtTheDoor(new Request("http://localhost:8000/x", { method, headers }), hosts)?.code ?? null;

  test.each(["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000", "[::1]", "my.host", "My.Host:80"])(
    "is open to Host %s",
    (host) => {
      expect(asked({ host })).toBeNull();
    },
  );

  test.each([
    "evil.example",
    "localhost.evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "localhost@evil",
    "",
    "[::2]:8000",
  ])("is closed to Host %j", (host) => {
    expect(asked({ host })).toBe("forbidden");
  });

  test("is open to every Host where any name will do", () => {
    expect(asked({ host: "evil.example" }, "GET", null)).toBeNull();
  });

  test.each<[origin: string, code: "forbidden" | null]>([
    ["http://evil.example", "forbidden"],
    ["http://localhost:9000", "forbidden"],
    ["null", "forbidden"],
    ["http://localhost:8000", null],
    ["https://localhost:8000", null],
  ])("lets a page of %s change things: %j", (origin, code) => {
    expect(asked({ host: "localhost:8000", origin }, "POST")).toBe(code);
    expect(asked({ host: "localhost:8000", origin }, "DELETE")).toBe(code);
    expect(asked({ host: "localhost:8000", origin })).toBeNull();
  });

  test("is closed to changes that a browser calls cross-site", () => {
    expect(asked({ host: "localhost", "sec-fetch-site": "cross-site" }, "POST")).toBe("forbidden");
    expect(asked({ host: "localhost", "sec-fetch-site": "same-origin" }, "POST")).toBeNull();
  });

  test("is closed to URLs of more than 8,192 characters", () => {
    expect(refusedAtTheDoor(new Request(`http://localhost/${"x".repeat(8192)}`), [])?.code).toBe("invalid_request");
  });
});
