import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { INTERVALS } from "../core/bars.ts";
import { NO_OFFSET, type RawBars } from "../core/gate/raw-bars.ts";
import { decodeRawBars, encodeRawBars, hashOf } from "./raw-bars-codec.ts";
import { sampleSeries } from "./sample.ts";

/** Two bars, one of them missing, with something in every field. */
const SMALL: RawBars = {
  timeMs: Float64Array.of(0, Number.NaN),
  open: Float64Array.of(1.1, Number.NaN),
  high: Float64Array.of(Infinity, Number.NaN),
  low: Float64Array.of(-0, Number.NaN),
  close: Float64Array.of(Number.MIN_VALUE, Number.NaN),
  volume: Float64Array.of(7, Number.NaN),
  offsetMinutes: Int16Array.of(-300, NO_OFFSET),
  oddCells: [{ row: 1, column: "adj_close", text: 'ä "x"\ud800', kind: "text" }],
  interval: "1wk",
  rows: { word: "line", first: 2 },
  notes: [{ code: "ambiguous_dates", message: "…", count: 3, rows: [1, 2] }],
};

function bits(values: Float64Array | null): string {
  return values === null ? "none" : Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("hex");
}

/** Everything in raw bars, with doubles as their bits. */
function told(raw: RawBars) {
  const { timeMs, open, high, low, close, volume, offsetMinutes, ...rest } = raw;
  return { ...rest, offsets: offsetMinutes && [...offsetMinutes], columns: [timeMs, open, high, low, close, volume].map(bits) };
}

function roundTrip(raw: RawBars): RawBars {
  const decoded = decodeRawBars(encodeRawBars(raw));
  if (!decoded.ok) throw new Error(decoded.error.detail);
  return decoded.value;
}

const anyBars: fc.Arbitrary<RawBars> = fc.nat(40).chain((n) => {
  const column = fc.float64Array({ minLength: n, maxLength: n });
  return fc.record({
    timeMs: column,
    open: column,
    high: column,
    low: column,
    close: column,
    volume: fc.option(column),
    offsetMinutes: fc.option(fc.int16Array({ minLength: n, maxLength: n })),
    oddCells: fc.array(
      fc.record({
        row: fc.nat(),
        column: fc.constantFrom("time", "close", "adj_close"),
        text: fc.string({ unit: "binary" }),
        kind: fc.constantFrom("text", "nan"),
      }),
    ),
    interval: fc.option(fc.constantFrom(...INTERVALS)),
    rows: fc.record({ word: fc.string(), first: fc.nat() }),
    notes: fc.array(fc.record({ code: fc.string(), message: fc.string(), count: fc.nat(), rows: fc.array(fc.nat()) })),
  });
});

describe("raw bars as bytes", () => {
  test("come back exactly, to the bit", () => {
    expect(told(roundTrip(SMALL))).toEqual(told(SMALL));
    fc.assert(fc.property(anyBars, (raw) => expect(told(roundTrip(raw))).toEqual(told(raw))));
  });

  test("are the same bytes for equal bars, also when their columns are views or their fields were set in another order", () => {
    const wide = Float64Array.of(9, 0, Number.NaN, 9);
    const same: RawBars = { ...SMALL, rows: { first: 2, word: "line" }, timeMs: wide.subarray(1, 3) };
    expect(hashOf(encodeRawBars(same))).toBe(hashOf(encodeRawBars(SMALL)));
    expect(hashOf(encodeRawBars({ ...SMALL, interval: null }))).not.toBe(hashOf(encodeRawBars(SMALL)));
  });

  test("are read from anywhere in memory, into memory of their own", () => {
    const bytes = encodeRawBars(SMALL);
    const shifted = Buffer.concat([Buffer.of(1, 2, 3), bytes]).subarray(3);
    const decoded = decodeRawBars(shifted);
    if (!decoded.ok) throw new Error(decoded.error.detail);
    shifted.fill(0);
    expect(told(decoded.value)).toEqual(told(SMALL));
  });

  test("are refused when any one bit is flipped, and when cut off or continued anywhere", () => {
    const bytes = encodeRawBars(SMALL);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeRawBars(damaged)).toMatchObject({ ok: false, error: { code: "bad_data" } });
    }
    for (let length = 0; length < bytes.length; length++) expect(decodeRawBars(bytes.subarray(0, length)).ok).toBe(false);
    expect(decodeRawBars(Buffer.concat([bytes, Buffer.of(0)])).ok).toBe(false);
  });

  test("say which version they have when it is not this one", () => {
    const bytes = encodeRawBars(SMALL);
    bytes[4] = 9;
    const decoded = decodeRawBars(bytes);
    expect(decoded.ok ? "" : decoded.error.detail).toBe("the stored bars cannot be read: version 9, this program reads 1");
  });

  test("take 8 bytes a number and little more", () => {
    const raw = sampleSeries["SAMPLE-TREND"]?.build();
    if (raw === undefined) throw new Error("no sample");
    expect(encodeRawBars(raw).length - 6 * 8 * raw.timeMs.length).toBeLessThan(250);
    expect(told(roundTrip(raw))).toEqual(told(raw));
  });

  test("need columns of one length", () => {
    expect(() => encodeRawBars({ ...SMALL, low: new Float64Array(3) })).toThrow(RangeError);
  });
});

test("a hash is the SHA-256 of the bytes", () => {
  // FIPS 180-2, appendix B.1
  const abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(hashOf(new TextEncoder().encode("abc"))).toBe(abc);
});
