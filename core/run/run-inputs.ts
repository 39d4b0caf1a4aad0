import type { Execution } from "../engine/contract.ts";
import type { AppError } from "../errors.ts";
import { atBarTimes } from "../gate/split-times.ts";
import type { SeriesSettings } from "../metrics/series.ts";
import type { BarOrigin, BarProvider, BarQuery } from "../ports.ts";
import type { RunSettings } from "../requests/backtest.ts";
import { ok, type Result } from "../result.ts";
import type { Sha256 } from "./canonical.ts";
import { type Judge, type JudgedSeries, judge } from "./judged-series.ts";
import { splitBars } from "./splits.ts";

/** What every kind of run needs from outside. */
export interface InputPorts {
  readonly provider: BarProvider;
  readonly nowMs: number;
  /** The gate; one that remembers, for a process that runs many requests on the same rows. */
  readonly judge?: Judge;
  /** A faster digest than the one that every runtime has. */
  readonly sha256?: Sha256;
}

/** The bars of a request, through the gate, and the settings that depend on them. */
export interface RunInputs {
  readonly origin: BarOrigin;
  readonly judged: JudgedSeries;
  /** Rows of the data as it was given. */
  readonly rows: number;
  readonly execution: Execution;
  readonly settings: SeriesSettings;
}

/** Errors: those of the provider and the gate. */
export async function runInputs(
  request: RunSettings,
  query: BarQuery,
  { provider, nowMs, judge: judging = judge }: InputPorts,
): Promise<Result<RunInputs, AppError>> {
  const provided = await provider.bars(query);
  if (!provided.ok) return provided;
  const { raw, origin } = provided.value;
  const judged = judging(raw, {
    nowMs,
    dataQuality: request.dataQuality,
    adjusted: origin.adjusted,
    splits: request.splits,
    range: request.range,
    warmupBars: query.warmupBars,
    interval: request.interval,
  });
  if (!judged.ok) return judged;
  const { bars, gated, periodsPerYear } = judged.value;
  return ok({
    origin,
    judged: judged.value,
    rows: raw.timeMs.length,
    execution: { ...request.execution, splits: splitBars(bars.timeMs, atBarTimes(request.splits, gated.interval)) },
    settings: {
      periodsPerYear: request.periodsPerYear ?? periodsPerYear,
      yearBasis: request.yearBasis,
      riskFree: request.riskFree,
      mar: request.mar,
      varAlpha: request.varAlpha,
    },
  });
}
