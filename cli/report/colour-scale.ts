/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Values to colours. */
export interface ColourScale {
  /** The ends of the scale; values beyond them have the colours of the ends. */
  readonly low: number;
  readonly high: number;
  /** The ends of the values. */
  readonly lowest: number;
  readonly highest: number;
  readonly colourOf: (value: number) => Rgb;
}

// Both ramps can be told apart by the colour-blind: RdBu of ColorBrewer (Brewer, colorbrewer2.org), viridis of matplotlib (Smith and van der Walt, 2015).
const DIVERGING = rampOf("b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac");
const SEQUENTIAL = rampOf("440154 482878 3e4a89 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725");
/** Where on the diverging ramp a range begins that lies on one side of the centre: far enough from white to show its side. */
const TINT = 0.08;

/** The share of values on either side that a scale may leave out where they lie far off, and how far: in widths of all the others. */
const TAIL = 0.02;
const FAR = 0.5;

/**
 * The scale of these values; null when all are NaN. With a centre, values below it are red and those above it blue, the deeper the farther, equal distances
 * equally deep; where all lie on one side, its whole half shows their range. Without one, low is dark violet and high is yellow. A few values far from
 * all others do not stretch it.
 */
export function colourScale(values: Float64Array, centre: number | null): ColourScale | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const [lowest, highest] = [sorted[0], sorted.at(-1)];
  if (lowest === undefined || highest === undefined) return null;
  const tail = Math.floor(sorted.length * TAIL);
  const [from, to] = [sorted[tail]!, sorted[sorted.length - 1 - tail]!];
  const far = (to - from) * FAR;
  const [near, remote] = [Math.max(lowest, from - far), Math.min(highest, to + far)];
  const parted = centre !== null && lowest <= centre && highest >= centre;
  const reach = parted ? Math.max(remote - centre, centre - near, Number.MIN_VALUE) : 0;
  const [low, high] = parted ? [Math.max(lowest, centre - reach), Math.min(highest, centre + reach)] : [near, remote];
  const place = parted ? (value: number) => 0.5 + (value - centre) / (2 * reach) : stretched(low, high, centre);
  const ramp = centre === null ? SEQUENTIAL : DIVERGING;
  return { low, high, lowest, highest, colourOf: (value) => ramp(place(Math.min(Math.max(value, low), high))) };
}

/** The place on a ramp of values that lie on one side of the centre, or have none. */
function stretched(low: number, high: number, centre: number | null): (value: number) => number {
  const [from, to] = centre === null ? [0, 1] : low > centre ? [0.5 + TINT, 1] : [0, 0.5 - TINT];
  return (value) => (high > low ? from + ((value - low) / (high - low)) * (to - from) : (from + to) / 2);
}

/** The lowest and the highest value; NaN when there is none. */
export function rangeOf(values: Float64Array): readonly [low: number, high: number] {
  let low = Number.NaN;
  let high = Number.NaN;
  for (const value of values) {
    if (value < low || Number.isNaN(low)) low = value;
    if (value > high || Number.isNaN(high)) high = value;
  }
  return [low, high];
}

function rampOf(hex: string): (place: number) => Rgb {
  const stops = hex.split(" ").map((each): Rgb => {
    const number = Number.parseInt(each, 16);
    return [number >> 16, (number >> 8) & 255, number & 255];
  });
  return (place) => {
    const position = place * (stops.length - 1);
    const before = stops[Math.floor(position)]!;
    const after = stops[Math.ceil(position)]!;
    const part = position - Math.floor(position);
    const mixed = (channel: 0 | 1 | 2) => Math.round(before[channel] + (after[channel] - before[channel]) * part);
    return [mixed(0), mixed(1), mixed(2)];
  };
}

/** A colour as #rrggbb. */
export function hexOf(colour: Rgb): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** Whether dark text reads better than light text on a colour (relative luminance, WCAG 2). */
export function isLight([red, green, blue]: Rgb): boolean {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > 0.179;
}

/** The light of a channel, 0 to 1: sRGB without its gamma. */
export function linear(channel: number): number {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}
