import type { AppError } from "../../core/errors.ts";
import type { Job } from "../../core/jobs/job.ts";
import type { StoredBars } from "../../core/jobs/store.ts";
import type { BarProvider, BarQuery } from "../../core/ports.ts";
import { parseJob } from "../../core/requests/job.ts";
import { parseSweep } from "../../core/requests/sweep.ts";
import { parseWalkForward } from "../../core/requests/walk-forward.ts";
import { ok, type Result } from "../../core/result.ts";
import { barQueryOf } from "../../core/run/backtest.ts";
import { sweepQueryOf } from "../../core/run/sweep.ts";
import { encodeRawBars, hashOf } from "../../data/raw-bars-codec.ts";
import type { TaskBars } from "../compute/task.ts";

/** Where a child finds bars that are bundled or stored; null for a job whose bars have not been fetched yet. */
export function keptBarsOf(job: Job): TaskBars | null {
  const { symbol, bars } = job;
  const { source, hash } = bars;
  if (source === "sample") return { kind: "sample", symbol };
  if (hash === null) return null;
  return { kind: "stored", hash, origin: { source, symbol, adjusted: isAdjusted(job), synthetic: false, note: null } };
}

/** What the request says of its prices. It was checked when it was accepted. */
function isAdjusted({ request }: Job): boolean {
  const fields: unknown = JSON.parse(request);
  return typeof fields !== "object" || fields === null || !("adjusted" in fields) || fields.adjusted !== false;
}

/** Bars fetched for a job, and stored, so that they can be run on again. Errors: those of the provider. */
export async function fetchedBarsOf(
  job: Job,
  faults: readonly string[],
  provider: BarProvider,
  store: (bars: StoredBars) => Promise<unknown>,
): Promise<Result<TaskBars, AppError>> {
  const query = queryOf(job, faults);
  if (!query.ok) return query;
  const provided = await provider.bars(query.value);
  if (!provided.ok) return provided;
  const bytes = encodeRawBars(provided.value.raw);
  const hash = hashOf(bytes);
  await store({ hash, bytes });
  return ok({ kind: "stored", hash, origin: provided.value.origin });
}

/** Which bars a job asks its source for. */
function queryOf({ kind, request }: Job, faults: readonly string[]): Result<BarQuery, AppError> {
  const body: unknown = JSON.parse(request);
  const options = { faults, barsApart: true };
  if (kind === "backtest") {
    const job = parseJob(body, options);
    return job.ok ? ok(barQueryOf(job.value.request)) : job;
  }
  const grid = kind === "sweep" ? parseSweep(body, options) : parseWalkForward(body, options);
  return grid.ok ? ok(sweepQueryOf(grid.value.request)) : grid;
}
