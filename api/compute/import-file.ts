import type { AppError } from "../../core/errors.ts";
import { gate } from "../../core/gate/gate.ts";
import { WHOLE_RANGE } from "../../core/gate/range.ts";
import type { GateSettings } from "../../core/gate/rule.ts";
import { ok, type Result } from "../../core/result.ts";
import { hashBars } from "../../core/run/canonical.ts";
import { formatTime } from "../../core/time.ts";
import { fileProvider } from "../../data/file.ts";
import { encodeRawBars, hashOf } from "../../data/raw-bars-codec.ts";
import type { ImportOutput, ImportTask } from "./task.ts";

/**
 * Reads an uploaded CSV or Parquet file and judges it as a whole. Rows that only a listed split can explain pass with a warning: which splits
 * there were, a job will say.
 *
 * Errors: those of the reader and of the gate.
 */
export async function importFile({ path, symbol, adjusted, nowMs }: ImportTask): Promise<Result<ImportOutput, AppError>> {
  const whole = { range: WHOLE_RANGE, warmupBars: 0, interval: null };
  const provided = await fileProvider(path).bars({ symbol, adjusted, ...whole });
  if (!provided.ok) return provided;
  const { raw } = provided.value;
  const settings: GateSettings = { nowMs, dataQuality: "fail", adjusted: true, splits: [], ...whole };
  const strict = gate(raw, settings);
  if (!strict.ok) return strict;
  const gated = adjusted ? strict : gate(raw, { ...settings, adjusted, dataQuality: "warn" });
  if (!gated.ok) return gated;

  const { bars, interval, warnings } = gated.value;
  const bytes = encodeRawBars(raw);
  return ok({
    kind: "import",
    bytes,
    barsHash: hashOf(bytes),
    interval,
    rows: bars.timeMs.length,
    from: formatTime(bars.timeMs[0]!, interval),
    to: formatTime(bars.timeMs.at(-1)!, interval),
    hash: await hashBars(bars),
    warnings,
  });
}
