import type { AppError } from "../../core/errors.ts";
import type { Job } from "../../core/jobs/job.ts";
import type { StoredBars } from "../../core/jobs/store.ts";
import type { BarProvider } from "../../core/ports.ts";
import { type JobRequest, parseJob } from "../../core/requests/job.ts";
import { ok, type Result } from "../../core/result.ts";
import { barQueryOf } from "../../core/run/backtest.ts";
import { encodeRawBars, hashOf } from "../../data/raw-bars-codec.ts";
import type { TaskBars } from "../compute/task.ts";

/** Where a child finds bars that are bundled or stored; null for a job whose bars have not been fetched yet. */
export function keptBarsOf(job: Job, faults: readonly string[]): Result<TaskBars, AppError> | null {
  const { source, hash } = job.bars;
  if (source === "sample") return ok({ kind: "sample", symbol: job.symbol });
  if (hash === null) return null;
  const parsed = requestOf(job, faults);
  if (!parsed.ok) return parsed;
  const { adjusted } = parsed.value.request;
  return ok({ kind: "stored", hash, origin: { source, symbol: job.symbol, adjusted, synthetic: false, note: null } });
}

/** Bars fetched for a job, and stored, so that they can be run on again. Errors: those of the provider. */
export async function fetchedBarsOf(
  job: Job,
  faults: readonly string[],
  provider: BarProvider,
  store: (bars: StoredBars) => Promise<unknown>,
): Promise<Result<TaskBars, AppError>> {
  const parsed = requestOf(job, faults);
  if (!parsed.ok) return parsed;
  const provided = await provider.bars(barQueryOf(parsed.value.request));
  if (!provided.ok) return provided;
  const bytes = encodeRawBars(provided.value.raw);
  const hash = hashOf(bytes);
  await store({ hash, bytes });
  return ok({ kind: "stored", hash, origin: provided.value.origin });
}

function requestOf(job: Job, faults: readonly string[]): Result<JobRequest, AppError> {
  return parseJob(JSON.parse(job.request), { faults, barsApart: true });
}
