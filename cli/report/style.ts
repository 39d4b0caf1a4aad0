import type { Rgb } from "./colour-scale.ts";
import { UNDEFINED } from "./numbers.ts";
import { paletteNumber } from "./palette.ts";

type Paint = (text: string) => string;

export interface Styles {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** The styles a report uses; without colours each leaves its text as it is. */
export function styles(colours: boolean): Styles {
  const paint = (on: number, off: number) => (text: string) => (colours && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/** A cell in red where the number it holds is below zero, in green where it is above. */
export function bySign(style: Styles, number: string, cell: string): string {
  if (number.startsWith("-")) return style.red(cell);
  return number === UNDEFINED || !/[1-9]/.test(number) ? cell : style.green(cell);
}

/** A text in one colour on another; null leaves the terminal's own. */
export type CellPaint = (text: string, ink: Rgb | null, ground: Rgb | null) => string;

/** Paints cells in any colour; null where a terminal has too few of them. @param bits of a colour, as a terminal tells them */
export function cellPaint(bits: number): CellPaint | null {
  if (bits < 8) return null;
  const code = (of: Rgb) => (bits >= 24 ? `2;${of.join(";")}` : `5;${paletteNumber(of)}`);
  return (text, ink, ground) => {
    const codes = [...(ink === null ? [] : [`38;${code(ink)}`]), ...(ground === null ? [] : [`48;${code(ground)}`])];
    return codes.length === 0 ? text : `\x1b[${codes.join(";")}m${text}\x1b[0m`;
  };
}
