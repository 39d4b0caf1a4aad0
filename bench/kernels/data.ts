import { BAR_COLUMNS, type Bars, emptyBars } from "../../core/bars.ts";
import { gate } from "../../core/gate/gate.ts";
import { WHOLE_RANGE } from "../../core/gate/range.ts";
import { uniforms } from "../../core/random.ts";
import { sampleProvider } from "../../data/sample.ts";

/** A bundled series repeated to n bars; a day apart, the seams are price jumps. */
export async function tiledSample(symbol: string, n: number): Promise<Bars> {
  const provided = await sampleProvider.bars({ symbol, interval: null, range: WHOLE_RANGE, warmupBars: 0, adjusted: true });
  if (!provided.ok) throw new Error(provided.error.detail);
  const gated = gate(provided.value.raw, {
    nowMs: Date.now(),
    dataQuality: "fail",
    adjusted: true,
    splits: [],
    range: WHOLE_RANGE,
    warmupBars: 0,
    interval: null,
  });
  if (!gated.ok) throw new Error(gated.error.detail);
  const { bars } = gated.value;
  const period = bars.close.length;
  const tiled = emptyBars(n);
  for (const name of BAR_COLUMNS) {
    for (let at = 0; at < n; at += period) tiled[name].set(bars[name].subarray(0, Math.min(period, n - at)), at);
  }
  for (let i = 0; i < n; i++) tiled.timeMs[i] = i * 86_400_000;
  return tiled;
}

/** n returns between -1 % and +1.01 %. */
export function randomReturns(n: number): Float64Array {
  const next = uniforms(20_261);
  return Float64Array.from({ length: n }, () => (next() - 0.4975) * 0.02);
}
