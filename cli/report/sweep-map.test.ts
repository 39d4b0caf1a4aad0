import { describe, expect, test } from "bun:test";
import { cellPaint, styles } from "./style.ts";
import { sweepBars } from "./sweep-bars.ts";
import { sweepMap } from "./sweep-map.ts";
import { profileOf, surfaceOfRows } from "./test-surface.ts";

const PLAIN = { columns: 80, style: styles(false), paint: null };
const TRUE_COLOUR = { columns: 80, style: styles(true), paint: cellPaint(24) };
const many = (n: number, value: (x: number, y: number) => number | null) =>
  Array.from({ length: n }, (_, y) => Array.from({ length: n }, (_, x) => value(x, y)));
/** Lines as one text, `<` for what begins an escape sequence. */
const seen = (lines: readonly string[]) => lines.join("\n").replaceAll("\x1b[", "<");
const widest = (lines: readonly string[]) => Math.max(...lines.map((line) => Bun.stringWidth(Bun.stripANSI(line))));

describe("a map with room for numbers", () => {
  test("shows them, the first row lowest, the best in brackets, skipped cells blank", () => {
    const surface = surfaceOfRows(
      [
        [0.5, null],
        [0.25, -0.125],
      ],
      { best: { x: 0, y: 0 }, x: [5, 10], y: [20, 100] },
    );
    expect(sweepMap(surface, PLAIN)).toEqual([
      "slow",
      " 100 ┤  0.25  -0.13 ",
      "  20 ┤[ 0.50]       ",
      "     └──────────────",
      "         5     10  fast",
      "in brackets: the best trial",
    ]);
  });

  test("colours the cells, with ink that can be read on them", () => {
    const surface = surfaceOfRows([[-1, 1, null]]);
    const line = sweepMap(surface, TRUE_COLOUR)[1] ?? "";
    expect(line).toContain("\x1b[38;2;255;255;255;48;2;178;24;43m -1.00 \x1b[0m");
    expect(line).toContain("\x1b[38;2;255;255;255;48;2;33;102;172m  1.00 \x1b[0m");
    expect(line).toEndWith("\x1b[0m       ");
  });

  test("takes colours of a palette where a terminal has no others, and none where it has few", () => {
    const paint = cellPaint(8);
    expect(seen(sweepMap(surfaceOfRows([[1, 2]]), { ...TRUE_COLOUR, paint }))).toMatch(/<38;5;\d+;48;5;\d+m/);
    expect(cellPaint(4)).toBeNull();
  });
});

describe("a map without room for numbers", () => {
  test("has letters below the centre and digits above it where colours are not wanted", () => {
    const rows = [Array.from({ length: 30 }, (_, x) => (x === 29 ? null : x - 9))];
    const lines = sweepMap(surfaceOfRows(rows, { best: { x: 28, y: 0 } }), PLAIN);
    expect(lines[1]).toBe("   1 ┤e e d d c c b b a 0 0 1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9 ◆   ");
  });

  test("is blank where nothing is, and marks the best", () => {
    const lines = sweepMap(
      surfaceOfRows(
        many(45, (x, y) => (x >= y ? null : (x + y) / 10)),
        { best: { x: 43, y: 44 } },
      ),
      PLAIN,
    );
    expect(lines[1]?.trimEnd()).toMatch(/┤?[0-9]+◆$/);
    expect(lines.at(-4)).toMatch(/^ +\S/);
    expect(lines.slice(-3)).toEqual([
      "0 to 9: from 0.10 up to 8.70, a step is 0.86",
      "◆ the best trial",
      "a cell is the best of 1 x 2",
    ]);
  });

  test("says how letters and digits stand for figures", () => {
    const below = sweepMap(surfaceOfRows(many(30, (x) => x - 10)), { ...PLAIN, columns: 100 });
    expect(below).toContain("0 to 9: from 0.00 up to 19.00, a to f from there down to -10.00, a step is 1.90");
    const little = sweepMap(surfaceOfRows(many(30, (x) => (x === 0 ? -1 : x))), { ...PLAIN, columns: 100 });
    expect(little).toContain("0 to 9: from 0.00 up to 29.00, a from there down to -1.00, a step is 2.90");
    const flat = sweepMap(
      surfaceOfRows(
        many(30, () => -0.2),
        { metric: "max_drawdown" },
      ),
      PLAIN,
    );
    expect(flat).toContain("0 to 0: from -20.00 % up to -20.00 %, a step is 0.00 %");
  });

  test("has colours, two rows of cells a line, with the scale below", () => {
    const surface = surfaceOfRows(
      many(40, (x, y) => (x > y ? null : x - y)),
      { metric: "cagr", best: { x: 3, y: 3 } },
    );
    const lines = sweepMap(surface, TRUE_COLOUR);
    const cells = lines.slice(1, 21);
    expect(seen(cells)).toMatch(/<38;2;\d+;\d+;\d+;48;2;\d+;\d+;\d+m▀/);
    expect(seen(cells)).toMatch(/<38;2;\d+;\d+;\d+m▀/);
    expect(seen(cells).match(/◆/g)).toHaveLength(1);
    expect(Bun.stripANSI(lines.at(-2) ?? "")).toMatch(/^-3,900\.0 % {26}0\.00 %$/);
    expect(lines.at(-1)).toBe("◆ the best trial");
  });

  test("leaves the upper half of a line free where its row alone is there", () => {
    const lines = sweepMap(
      surfaceOfRows(
        many(41, (x, y) => x + y),
        { best: { x: 0, y: 40 } },
      ),
      TRUE_COLOUR,
    );
    expect(lines[1]).toContain("▄");
    expect(lines[1]).toContain("◆");
    expect(lines[1]).not.toContain("▀");
  });

  test("has whole squares where they fit", () => {
    const surface = surfaceOfRows(
      many(24, (x, y) => x * y),
      { best: { x: 2, y: 0 }, metric: "trades" },
    );
    const lines = sweepMap(surface, { ...TRUE_COLOUR, columns: 60 });
    expect(Bun.stripANSI(lines[24] ?? "")).toBe(`     │    ◆ ${" ".repeat(42)}`);
    expect(lines.some((line) => line.includes("▀"))).toBe(false);
  });

  test.each([40, 80, 132])(
    "keeps to %p columns and 30 lines whatever the grid, and says so where cells stand for several",
    (columns) => {
      for (const look of [
        { ...PLAIN, columns },
        { ...TRUE_COLOUR, columns },
      ]) {
        for (const n of [2, 12, 45, 200]) {
          const lines = sweepMap(surfaceOfRows(many(n, (x, y) => (x < y ? Math.sin(x * y) : null))), look);
          expect(widest(lines)).toBeLessThanOrEqual(columns);
          expect(lines.length).toBeLessThanOrEqual(30);
          expect(lines.some((line) => line.startsWith("a cell is the best of "))).toBe(
            n === 200 || (n === 45 && (columns === 40 || look.paint === null)),
          );
        }
      }
    },
  );
});

test("values far from all others are told beside the scale that they would stretch", () => {
  const surface = surfaceOfRows(
    many(30, (x, y) => (x + y === 0 ? -90 : x + y === 58 ? 500 : x)),
    { metric: "calmar" },
  );
  for (const look of [
    { ...PLAIN, columns: 100 },
    { ...TRUE_COLOUR, columns: 100 },
  ])
    expect(sweepMap(surface, look)).toContain("a few lie beyond the scale: the lowest is -90.00, the highest is 500.00");
});

test("a grid of half a million cells is drawn like any other", () => {
  const surface = surfaceOfRows(many(700, (x, y) => x - y));
  expect(sweepMap(surface, PLAIN).at(-1)).toBe("a cell is the best of 10 x 30");
  expect(sweepBars(profileOf([...surface.values]), PLAIN)).toHaveLength(9);
});

test("a map of nothing but undefined figures says so", () => {
  const sentence = ["Sharpe is undefined everywhere: there is nothing to draw"];
  expect(sweepMap(surfaceOfRows([[null, null]]), PLAIN)).toEqual(sentence);
  expect(sweepBars(profileOf([null, null]), PLAIN)).toEqual(sentence);
});

describe("one parameter", () => {
  test("is drawn as bars from 0, with their figures and the best marked", () => {
    const surface = profileOf([0.5, -0.5, null, 0], { best: { x: 0, y: 0 }, x: [5, 10, 20, 30] });
    expect(sweepBars(surface, { ...PLAIN, columns: 35 })).toEqual([
      "fast",
      "   5 │           ██████████  0.50 ◆",
      "  10 │ ██████████           -0.50",
      "  20 │                        n/a",
      "  30 │                       0.00",
      "◆ the best trial",
    ]);
  });

  test("has bars in the colours of a map", () => {
    const line = sweepBars(profileOf([-1, 1]), TRUE_COLOUR)[2] ?? "";
    expect(line).toContain("\x1b[38;2;33;102;172m█");
    expect(Bun.stripANSI(sweepBars(profileOf([0, 0]), TRUE_COLOUR)[1] ?? "")).not.toContain("█");
  });

  test("is drawn as a line where it has many values, in their order", () => {
    const values = Array.from({ length: 40 }, (_, i) => i);
    const rising = sweepBars(profileOf(values), PLAIN);
    const turned = sweepBars(profileOf(values.toReversed(), { x: values.map((i) => 40 - i) }), PLAIN);
    expect(turned).toEqual(rising);
    expect(rising[0]).toMatch(/^39\.00 ┤ /);
    expect(rising[7]).toMatch(/^ 0\.00 ┤ /);
    expect(rising[8]).toMatch(/^ +1 +fast +40$/);
    expect(widest(rising)).toBe(80);
  });
});
