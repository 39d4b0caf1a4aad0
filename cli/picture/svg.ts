import { longest } from "../report/text.ts";

/** Attributes of an element; a number is written with at most two decimals. */
type Attributes = Readonly<Record<string, string | number>>;

export const FONT = "DejaVu Sans";

/** An element of SVG as text; children are markup already. */
export function element(name: string, attributes: Attributes, children = ""): string {
  const listed = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? short(value) : escaped(value)}"`,
  );
  return children === "" ? `<${name}${listed.join("")}/>` : `<${name}${listed.join("")}>${children}</${name}>`;
}

export interface TextLook {
  readonly size: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly fill?: string;
  readonly bold?: boolean;
  /** Degrees, clockwise, around the text's own point. */
  readonly turn?: number;
}

/** A line of text whose base line begins, has its middle or ends at (x, y). */
export function textAt(
  x: number,
  y: number,
  text: string,
  { size, anchor = "start", fill = INK, bold = false, turn = 0 }: TextLook,
): string {
  const look = {
    x,
    y,
    "font-size": size,
    "text-anchor": anchor,
    fill,
    ...(bold ? { "font-weight": "bold" } : {}),
    ...(turn === 0 ? {} : { transform: `rotate(${turn} ${short(x)} ${short(y)})` }),
  };
  return element("text", look, escaped(text));
}

export function rectangle(x: number, y: number, width: number, height: number, look: Attributes): string {
  return element("rect", { x, y, width, height, ...look });
}

export function lineFrom(x1: number, y1: number, x2: number, y2: number, stroke: string, width = 2): string {
  return element("line", { x1, y1, x2, y2, stroke, "stroke-width": width });
}

/** The whole document, white, in DejaVu Sans. */
export function svgDocument(width: number, height: number, parts: readonly string[]): string {
  const size = { width, height, viewBox: `0 0 ${short(width)} ${short(height)}` };
  const page = rectangle(0, 0, width, height, { fill: "#ffffff" });
  return element("svg", { xmlns: "http://www.w3.org/2000/svg", ...size, "font-family": FONT }, page + parts.join(""));
}

/** About how wide the longest of some texts comes out: exact for digits, a little too wide for words. */
export function widthOf(texts: readonly string[], size: number): number {
  return longest(texts) * size * 0.636;
}

export const INK = "#1b1b1b";
export const FAINT = "#5c5c5c";

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
