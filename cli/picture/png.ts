import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { FONT } from "./svg.ts";

/** What draws, and the fonts it draws with: loaded once, when the first picture is asked for. Nothing of the system is read, so a picture is the same everywhere. */
let drawing: ReturnType<typeof load> | undefined;

async function load() {
  const [{ initWasm, Resvg }, wasm, ...fonts] = await Promise.all([
    import("@resvg/resvg-wasm"),
    readFile(fileURLToPath(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))),
    readFile(fileURLToPath(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"))),
    readFile(fileURLToPath(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"))),
  ]);
  await initWasm(wasm);
  return { Resvg, fonts };
}

/** An SVG document as the bytes of a PNG, a pixel for each unit. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  drawing ??= load();
  const { Resvg, fonts } = await drawing;
  const picture = new Resvg(svg, { font: { fontBuffers: [...fonts], defaultFontFamily: FONT } });
  try {
    const drawn = picture.render();
    const png = drawn.asPng();
    drawn.free();
    return png;
  } finally {
    picture.free();
  }
}
