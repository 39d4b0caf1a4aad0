import { wrapped } from "../report/text.ts";
import { FAINT, INK, rectangle, svgDocument, textAt, widthOf } from "./svg.ts";

/** The words around a picture. */
export interface Caption {
  readonly title: string;
  readonly subtitle: string;
  /** What is marked in the picture; null where nothing is. */
  readonly best: string | null;
  readonly notes: readonly string[];
}

/** Where a picture's plot lies; its top follows from the words above it. */
export interface Place {
  readonly left: number;
  readonly width: number;
  readonly height: number;
  /** Room for what belongs to the plot to the right of it and below it. */
  readonly right: number;
  readonly below: number;
}

const MARGIN = 36;
const NARROWEST = 1000;
/** Widths of a character of a sentence, by the size of the letters. */
const SPREAD = 0.57;
const BOLD_SPREAD = 0.65;
const TITLE = { size: 34, bold: true, fill: INK, leading: 46 };
const SUBTITLE = { size: 22, bold: false, fill: INK, leading: 32 };
const NOTE = { size: 18, bold: false, fill: FAINT, leading: 27 };
/** The mark of the best as it is shown beside its name. */
const SAMPLE = 20;

type Box = Pick<Place, "left" | "width" | "height"> & { readonly top: number };

/** The border of a plot. */
export function plotFrame({ left, top, width, height }: Box): string {
  return rectangle(left, top, width, height, { fill: "none", stroke: INK, "stroke-width": 2 });
}

/** What a plot says that has nothing to show. */
export function undefinedEverywhere({ left, top, width, height }: Box, label: string): string {
  const text = `${label}: undefined everywhere`;
  const size = Math.min(26, (width - 20) / widthOf([text], 1));
  return textAt(left + width / 2, top + height / 2, text, { size, anchor: "middle", fill: FAINT });
}

/** A frame around the best, dark with a light rim, with its middle at (x, y). */
export function bestFrame(x: number, y: number, width: number, height: number): string[] {
  const frame = (stroke: string, thick: number) =>
    rectangle(x - width / 2, y - height / 2, width, height, { fill: "none", stroke, "stroke-width": thick });
  return [frame("#ffffff", 8), frame("#000000", 4)];
}

/** A document with its words above and below a plot, which is drawn from `top` on. */
export function framed(
  { title, subtitle, best, notes }: Caption,
  place: Place,
  draw: (top: number) => readonly string[],
): string {
  const width = Math.max(NARROWEST, place.left + place.width + place.right);
  const parts: string[] = [];
  let y = MARGIN;
  const tell = (text: string, look: typeof TITLE, indent = 0) => {
    const room = (width - 2 * MARGIN - indent) / (look.size * (look.bold ? BOLD_SPREAD : SPREAD));
    for (const line of wrapped(text, Math.floor(room))) {
      y += look.leading;
      parts.push(textAt(MARGIN + indent, y - look.leading * 0.28, line, look));
    }
  };
  tell(title, TITLE);
  tell(subtitle, SUBTITLE);
  if (best !== null) {
    parts.push(...bestFrame(MARGIN + 3 + SAMPLE / 2, y + 6 + SAMPLE / 2, SAMPLE, SAMPLE));
    tell(best, { ...SUBTITLE, bold: true }, SAMPLE + 16);
  }
  const top = Math.round(y + 24);
  parts.push(...draw(top));
  y = top + place.height + place.below;
  for (const note of notes) tell(note, NOTE);
  return svgDocument(width, Math.ceil(y + MARGIN), parts);
}
