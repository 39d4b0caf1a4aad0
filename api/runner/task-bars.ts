import type { AppError } from "../../core/errors.ts";
import type { Job } from "../../core/jobs/job.ts";
import type { StoredBars } from "../../core/jobs/store.ts";
import type { BarProvider } from "../../core/ports.ts";
import { type JobRequest, parseJob } from "../../core/requests/job.ts";
import { ok, type Result } from "../../core/result.ts";
import { barQueryOf } from "../../core/run/backtest.ts";
import { encodeRawBars, hashOf } from "../../data/raw-bars-codec.ts";
import type { TaskBars } from "../compute/task.ts";

export interface BarSources {
  readonly yahoo: BarProvider;
  readonly faults: readonly string[];
}

/**
 * Where a child will find the bars of a job. What has to be fetched is fetched and stored, so that the same bars can be run on again.
 * Errors: those of the provider.
 */
export async function taskBarsOf(
  job: Job,
  { yahoo, faults }: BarSources,
  store: (bars: StoredBars) => Promise<unknown>,
): Promise<Result<TaskBars, AppError>> {
  const { source, hash } = job.bars;
  if (source === "sample") return ok({ kind: "sample", symbol: job.symbol });
  const parsed = parseJob(JSON.parse(job.request), { faults, barsApart: true });
  if (!parsed.ok) return parsed;
  if (hash !== null) return ok({ kind: "stored", hash, origin: originOf(job, parsed.value) });

  const provided = await yahoo.bars(barQueryOf(parsed.value.request));
  if (!provided.ok) return provided;
  const bytes = encodeRawBars(provided.value.raw);
  const fetched = hashOf(bytes);
  await store({ hash: fetched, bytes });
  return ok({ kind: "stored", hash: fetched, origin: provided.value.origin });
}

function originOf({ bars, symbol }: Job, { request }: JobRequest) {
  return { source: bars.source, symbol, adjusted: request.adjusted, synthetic: false, note: null };
}
