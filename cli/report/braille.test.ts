import { expect, test } from "bun:test";
import fc from "fast-check";
import { brailleArea, brailleCurve } from "./braille.ts";

/** The dots of a chart as text: one line per row of dots, `#` where there is one. */
function dots(lines: readonly string[]): string[] {
  const bits = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
  return lines.flatMap((line) =>
    [0, 1, 2, 3].map((y) =>
      Array.from(line, (character) => {
        const mask = character.charCodeAt(0) - 0x2800;
        return [0, 1].map((x) => ((mask & bits[y * 2 + x]!) === 0 ? "." : "#")).join("");
      }).join(""),
    ),
  );
}

test("a rising line climbs dot by dot", () => {
  const lines = brailleCurve(Float64Array.of(0, 1, 2, 3), { columns: 2, rows: 1, low: 0, high: 3 });
  expect(dots(lines)).toEqual(["...#", "..##", ".##.", "##.."]);
});

test("a column that stands for several values covers all of them", () => {
  const lines = brailleCurve(Float64Array.of(0, 3, 3, 3), { columns: 1, rows: 1, low: 0, high: 3 });
  expect(dots(lines)).toEqual(["##", "#.", "#.", "#."]);
});

test("fewer values than columns are joined by straight lines", () => {
  const lines = brailleCurve(Float64Array.of(0, 7), { columns: 4, rows: 2, low: 0, high: 7 });
  const heights = dots(lines).map((row) => row.lastIndexOf("#"));
  expect(heights).toEqual([7, 7, 6, 5, 4, 3, 2, 1]);
});

test("a flat line runs through the middle, and a missing value leaves it untouched", () => {
  const lines = brailleCurve(Float64Array.of(5, Number.NaN, 5, 5), { columns: 2, rows: 1, low: 5, high: 5 });
  expect(dots(lines)).toEqual(["....", "....", "#.##", "...."]);
});

test("an area hangs from the top down to the curve, and is blank where the curve is at the top", () => {
  const lines = brailleArea(Float64Array.of(0, -3, -1, 0), { columns: 2, rows: 1, low: -3, high: 0 });
  expect(dots(lines)).toEqual([".##.", ".##.", ".#..", ".#.."]);
});

test("any values give the lines and columns asked for", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: false, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 200 }), (list) => {
      const values = Float64Array.from(list);
      for (const draw of [brailleCurve, brailleArea]) {
        const lines = draw(values, { columns: 30, rows: 3, low: -1e9, high: 1e9 });
        expect(lines.map((line) => line.length)).toEqual([30, 30, 30]);
      }
    }),
  );
});
