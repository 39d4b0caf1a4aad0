import { linear, type Rgb } from "./colour-scale.ts";

/** The colours that every terminal of 256 has, from number 16 on: a cube of 6 x 6 x 6, then greys. */
const FIRST = 16;
const LEVELS = [0, 95, 135, 175, 215, 255];
const PALETTE: readonly Rgb[] = [
  ...LEVELS.flatMap((red) => LEVELS.flatMap((green) => LEVELS.map((blue): Rgb => [red, green, blue]))),
  ...Array.from({ length: 24 }, (_, k): Rgb => [8 + 10 * k, 8 + 10 * k, 8 + 10 * k]),
];

/** Places of the palette's colours, worked out when first asked for, and the answers so far. */
let places: readonly Rgb[] | undefined;
const known = new Map<string, number>();

/** The number of the colour that looks most like this one in a palette of 256. */
export function paletteNumber(colour: Rgb): number {
  const key = colour.join();
  const before = known.get(key);
  if (before !== undefined) return before;
  places ??= PALETTE.map(oklab);
  const [lightness, a, b] = oklab(colour);
  const distances = places.map((place) => Math.hypot(place[0] - lightness, place[1] - a, place[2] - b));
  const nearest = FIRST + distances.indexOf(Math.min(...distances));
  known.set(key, nearest);
  return nearest;
}

/** Lightness, green to red, blue to yellow: distances are as the eye has them (Ottosson, "A perceptual color space for image processing", 2020). */
function oklab(colour: Rgb): Rgb {
  const [r, g, b] = [linear(colour[0]), linear(colour[1]), linear(colour[2])];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
