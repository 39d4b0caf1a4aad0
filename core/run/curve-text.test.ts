import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Curve } from "../jobs/job.ts";
import { curvePieces, curveText, drawdownsFrom, type EquityPoints, pointPieces } from "./curve-text.ts";

const DAY_MS = 86_400_000;

function curveOf(equity: readonly number[], { initialCash = 1000, daily = true, stepMs = DAY_MS } = {}): Curve {
  const timeMs = Float64Array.from(equity, (_, bar) => Date.UTC(2019, 11, 30) + bar * stepMs);
  return { initialCash, daily, timeMs, equity: Float64Array.from(equity) };
}

/** The points as objects, from the definition: the time as Date tells it, the value, the value over the highest so far. */
function pointsOf({ initialCash, daily, timeMs, equity }: Curve) {
  return Array.from(equity, (value, bar) => {
    const iso = new Date(timeMs[bar]!).toISOString();
    const time = daily ? iso.slice(0, 10) : iso.replace(".000Z", "Z");
    return { time, equity: value, drawdown: value / Math.max(initialCash, ...equity.subarray(0, bar + 1)) - 1 };
  });
}

const wrapped = (curve: Curve, points: EquityPoints) => JSON.parse(`{${curveText(curve, points)}}`);

describe("the text of a curve", () => {
  test("is written out in full", () => {
    expect(curveText(curveOf([1000, 1250, 1000]), "full")).toBe(
      '"equity_curve":[{"time":"2019-12-30","equity":1000,"drawdown":0},{"time":"2019-12-31","equity":1250,"drawdown":0},' +
        '{"time":"2020-01-01","equity":1000,"drawdown":-0.19999999999999996}]',
    );
  });

  test("is what JSON.stringify makes of the points, for any values and times", () => {
    const value = fc.oneof(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), fc.constantFrom(0, -0, 1e21, 5e-7, 123456.789));
    const input = fc.record({
      equity: fc.array(value, { maxLength: 40 }),
      daily: fc.boolean(),
      stepMs: fc.constantFrom(1, 1000, 60_000, 86_399_999, 40 * DAY_MS),
    });
    fc.assert(
      fc.property(input, ({ equity, ...shape }) => {
        const curve = curveOf(equity, shape);
        expect(curveText(curve, "full")).toBe(`"equity_curve":${JSON.stringify(pointsOf(curve))}`);
      }),
    );
  });

  test("has null where a value is no number", () => {
    expect(curveText(curveOf([Number.NaN, Infinity]), "full")).toBe(
      '"equity_curve":[{"time":"2019-12-30","equity":null,"drawdown":null},{"time":"2019-12-31","equity":null,"drawdown":null}]',
    );
  });

  test("of no points is null, of no bars an empty list", () => {
    expect(curveText(curveOf([1000]), "none")).toBe('"equity_curve":null');
    expect(curveText(curveOf([]), "full")).toBe('"equity_curve":[]');
  });

  test("that is thinned says so, keeps both ends and points of the full curve alone", () => {
    const curve = curveOf(Array.from({ length: 300 }, (_, bar) => 1000 + ((bar * 37) % 101)));
    const thinned = wrapped(curve, 20);
    expect(Object.keys(thinned)).toEqual(["equity_curve", "equity_curve_sampled"]);
    expect(thinned.equity_curve_sampled).toBeTrue();
    expect(thinned.equity_curve).toHaveLength(20);
    const all = pointsOf(curve);
    for (const point of thinned.equity_curve) expect(all).toContainEqual(point);
    expect([thinned.equity_curve[0], thinned.equity_curve.at(-1)]).toEqual([all[0], all.at(-1)]);
    expect(wrapped(curve, 300)).toEqual({ equity_curve: all });
  });

  test("comes in pieces that join to the same text", () => {
    const curve = curveOf(
      Array.from({ length: 4_001 }, (_, bar) => 1000 + Math.sin(bar)),
      { daily: false, stepMs: 60_000 },
    );
    const pieces = [...curvePieces(curve, "full")];
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) expect(piece.length).toBeLessThan(300_000);
    expect(JSON.parse(`{${pieces.join("")}}`)).toEqual({ equity_curve: pointsOf(curve) });
  });

  test("of some bars has their drawdowns within the whole curve", () => {
    const list = [...pointPieces(curveOf([1000, 2000, 1500, 1000]), [2, 3])].join("");
    expect(JSON.parse(list)).toEqual([
      { time: "2020-01-01", equity: 1500, drawdown: -0.25 },
      { time: "2020-01-02", equity: 1000, drawdown: -0.5 },
    ]);
  });
});

test("the starting capital is a peak to fall from", () => {
  expect([...drawdownsFrom(100, Float64Array.of(50, 100, 200, 150))]).toEqual([-0.5, 0, 0, -0.25]);
});
