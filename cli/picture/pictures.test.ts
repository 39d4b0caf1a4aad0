import { describe, expect, test } from "bun:test";
import { inflateSync } from "node:zlib";
import { profileOf, surfaceOfRows } from "../report/test-surface.ts";
import type { Caption } from "./frame.ts";
import { heatmapSvg } from "./heatmap-svg.ts";
import { pngOf } from "./png.ts";
import { profileSvg } from "./profile-svg.ts";
import { element, textAt } from "./svg.ts";

const CAPTION: Caption = { title: "A on B", subtitle: "Sharpe over x & y", best: "best: fast 2", notes: ["One note."] };
const LOW = "#b2182b";
const HIGH = "#2166ac";

/** The texts of a document, in their order. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text);
}

/** The boxes of the cells of a colour: x, y, width, height. */
function boxesOf(svg: string, fill: string): number[][] {
  const [, path = ""] = new RegExp(`<path d="([^"]*)" fill="${fill}"`).exec(svg) ?? [];
  return [...path.matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)/g)].map((match) => match.slice(1).map(Number));
}

/** The rectangles of a look: x, y, width, height. */
function rectanglesOf(svg: string, look: string): number[][] {
  return [...svg.matchAll(new RegExp(`<rect x="([\\d.]+)" y="([\\d.]+)" width="([\\d.]+)" height="([\\d.]+)" ${look}`, "g"))].map(
    (match) => match.slice(1).map(Number),
  );
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => readonly number[];
}

/** A PNG of 8 bits a channel as pixels. */
function pixelsOf(png: Uint8Array): Pixels {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    const name = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (name === "IDAT") parts.push(png.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const channels = png[25] === 6 ? 4 : 3;
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    for (let i = 0; i < stride; i++) {
      const left = i >= channels ? rows[y * stride + i - channels]! : 0;
      const up = y > 0 ? rows[(y - 1) * stride + i]! : 0;
      const corner = y > 0 && i >= channels ? rows[(y - 1) * stride + i - channels]! : 0;
      const guess = left + up - corner;
      const [a, b, c] = [left, up, corner].map((each) => Math.abs(guess - each)) as [number, number, number];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      rows[y * stride + i] = raw[y * (stride + 1) + 1 + i]! + [0, left, up, (left + up) >> 1, paeth][filter]!;
    }
  }
  return { width, height, at: (x, y) => [...rows.subarray((y * width + x) * channels, (y * width + x) * channels + 3)] };
}

describe("a map", () => {
  const rows = [
    [-1, 0, null],
    [null, 0.5, 1],
  ];
  const svg = heatmapSvg(surfaceOfRows(rows, { best: { x: 2, y: 1 }, x: [5, 10, 20], y: [50, 100] }), CAPTION);

  test("has its words, the values of the axes, the numbers of the cells and those of the scale", () => {
    const texts = textsOf(svg);
    for (const text of [
      "A on B",
      "Sharpe over x &amp; y",
      "best: fast 2",
      "One note.",
      "fast",
      "slow",
      "5",
      "10",
      "20",
      "50",
      "100",
    ])
      expect(texts).toContain(text);
    for (const number of ["-1.00", "0.00", "0.50", "1.00"]) expect(texts).toContain(number);
    expect(texts).toContain("-0.5");
  });

  test("has its first row at the bottom, its first column at the left, and no cell where there is no value", () => {
    const [low] = boxesOf(svg, LOW);
    const [high] = boxesOf(svg, HIGH);
    expect(high![0]! - low![0]!).toBe(2 * 150);
    expect(low![1]! - high![1]!).toBe(100);
    expect(boxesOf(svg, "#ffffff")).toHaveLength(4);
    const [hatched] = rectanglesOf(svg, 'fill="url\\(#none\\)"');
    expect(hatched?.slice(2)).toEqual([450, 200]);
  });

  test("frames the best cell, and shows the frame beside its name", () => {
    const [high] = boxesOf(svg, HIGH);
    const frames = rectanglesOf(svg, 'fill="none" stroke="#000000"');
    expect(frames).toHaveLength(2);
    expect(frames[1]).toEqual([high![0]! - 2, high![1]! - 2, 154, 104]);
    expect(rectanglesOf(heatmapSvg(surfaceOfRows(rows), { ...CAPTION, best: null }), 'fill="none" stroke="#000000"')).toEqual([]);
  });

  test("has neither numbers nor gaps where cells are small, and a frame that is still seen", () => {
    const many = Array.from({ length: 200 }, (_, y) => Array.from({ length: 200 }, (_, x) => (x < y ? x - y : null)));
    const fine = heatmapSvg(surfaceOfRows(many, { best: { x: 0, y: 199 } }), CAPTION);
    expect(textsOf(fine)).not.toContain("-57.00");
    expect(boxesOf(fine, LOW)).toContainEqual([expect.any(Number), expect.any(Number), 6, 4]);
    expect(rectanglesOf(fine, 'fill="none" stroke="#000000"')[1]?.slice(2)).toEqual([18, 18]);
    expect(textsOf(fine)).toContain("200");
  });

  test("has the best of several where an axis has more values than a picture has pixels", () => {
    const wide = [Array.from({ length: 2500 }, (_, x) => x)];
    const svg = heatmapSvg(surfaceOfRows(wide), CAPTION);
    expect(svg.match(/M\d+ \d+h1v100/g)).toHaveLength(834);
    expect(textsOf(svg)).toContain("A cell is the best of 3 x 1.");
    expect(Number(/<svg [^>]*width="(\d+)"/.exec(svg)?.[1])).toBeLessThan(1600);
  });

  test("tells what lies beyond its scale", () => {
    const many = Array.from({ length: 10 }, (_, y) => Array.from({ length: 10 }, (_, x) => (x + y === 0 ? -90 : x)));
    expect(textsOf(heatmapSvg(surfaceOfRows(many), CAPTION))).toContain(
      "Sharpe: a few lie beyond the scale: the lowest is -90.00.",
    );
  });

  test("says so where nothing is defined", () => {
    const empty = heatmapSvg(surfaceOfRows([[null, null]]), CAPTION);
    expect(textsOf(empty)).toContain("Sharpe: undefined everywhere");
  });

  test("is the same document each time", () => {
    expect(heatmapSvg(surfaceOfRows(rows), CAPTION)).toBe(heatmapSvg(surfaceOfRows(rows), CAPTION));
  });
});

describe("a line along one parameter", () => {
  test("runs in the order of the values, is broken where there is none, and has a dot for each", () => {
    const svg = profileSvg(profileOf([3, null, 1, 2], { x: [40, 30, 10, 20], best: { x: 0, y: 0 } }), CAPTION);
    const [, path = ""] = /<path d="([^"]*)" fill="none" stroke="#2166ac"/.exec(svg) ?? [];
    const points = [...path.matchAll(/([ML])([\d.]+) ([\d.]+)/g)].map(([, move, x, y]) => [move, Number(x), Number(y)] as const);
    expect(points.map(([move]) => move)).toEqual(["M", "L", "M"]);
    expect(points[1]![1] - points[0]![1]).toBeCloseTo((points[2]![1] - points[0]![1]) / 3, 1);
    expect(points[0]![2] - points[1]![2]).toBeCloseTo(points[1]![2] - points[2]![2], 1);
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(["Sharpe", "fast", "10", "20", "30", "40", "1.5"]));
    const frame = rectanglesOf(svg, 'fill="none" stroke="#000000"')[1];
    expect([frame![0]! + 8, frame![1]! + 8].map(Math.round)).toEqual([points[2]![1], points[2]![2]].map(Math.round));
  });

  test("leaves out labels that would run into one another", () => {
    expect(textsOf(profileSvg(profileOf([1, 2, 3], { x: [5, 6, 500] }), CAPTION))).not.toContain("6");
  });

  test("keeps the lowest and the highest of very many values", () => {
    const values = Array.from({ length: 50_000 }, (_, i) => (i === 20_000 ? 9 : i === 30_001 ? -9 : i > 40_000 ? null : i % 2));
    const svg = profileSvg(profileOf(values), CAPTION);
    const [, path = ""] = /<path d="([^"]*)" fill="none" stroke="#2166ac"/.exec(svg) ?? [];
    const heights = [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
    expect(heights.length).toBeLessThan(2300);
    const [top, bottom] = [Math.min(...heights), Math.max(...heights)];
    const plain = heights.filter((y) => y !== top && y !== bottom);
    expect((bottom - Math.max(...plain)) / (bottom - top)).toBeCloseTo(9 / 18, 2);
    expect((Math.min(...plain) - top) / (bottom - top)).toBeCloseTo(8 / 18, 2);
  });

  test("has bars from 0 over names, with their figures", () => {
    const svg = profileSvg(profileOf([0.5, -0.25, null], { x: ["sma", "ema", "wma"], best: { x: 0, y: 0 } }), CAPTION);
    const [up] = rectanglesOf(svg, `fill="${HIGH}"`);
    const [down] = rectanglesOf(svg, 'fill="#[0-9a-f]{6}" stroke="#5c5c5c"').filter((bar) => bar[0] !== up![0]);
    expect(up![1]! + up![3]!).toBeCloseTo(down![1]!, 1);
    expect(up![3]!).toBeCloseTo(2 * down![3]!, 1);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(["sma", "ema", "wma", "0.50", "-0.25"]));
  });

  test("says so where nothing is defined", () => {
    const svg = profileSvg(profileOf([null, null], { best: { x: 0, y: 0 } }), CAPTION);
    expect(textsOf(svg)).toContain("Sharpe: undefined everywhere");
    expect(svg).not.toContain("NaN");
  });
});

test("text cannot break out of its place", () => {
  expect(textAt(1, 2, '<&">', { size: 9 })).toContain(">&lt;&amp;&quot;&gt;</text>");
  expect(element("a", { b: '"' })).toBe('<a b="&quot;"/>');
});

describe("a PNG", () => {
  test("has the size of its document, and the colours of its cells where they lie", async () => {
    const svg = heatmapSvg(surfaceOfRows([[-1, 1]]), { ...CAPTION, best: null });
    const png = await pngOf(svg);
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const [, width, height] = /<svg [^>]*width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    const pixels = pixelsOf(png);
    expect([pixels.width, pixels.height]).toEqual([Number(width), Number(height)]);
    expect(pixels.at(0, 0)).toEqual([255, 255, 255]);
    for (const [fill, colour] of [
      [LOW, [178, 24, 43]],
      [HIGH, [33, 102, 172]],
    ] as const) {
      const [x, y] = boxesOf(svg, fill)[0] ?? [];
      expect(pixels.at(Math.ceil(x!) + 3, y! + 3)).toEqual(colour);
    }
  });

  test("has its words written, without fonts of the system, and is the same each time", async () => {
    const svg = profileSvg(profileOf([1, 2]), { ...CAPTION, title: "MMMM" });
    const pixels = pixelsOf(await pngOf(svg));
    const inked = Array.from({ length: 100 }, (_, x) => pixels.at(36 + x, 68)).filter(([red = 255]) => red < 60);
    expect(inked.length).toBeGreaterThan(10);
    expect(await pngOf(svg)).toEqual(await pngOf(svg));
  });
});
