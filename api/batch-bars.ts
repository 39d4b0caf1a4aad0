import { type AppError, fail } from "../core/errors.ts";
import type { JobBars, UserId } from "../core/jobs/job.ts";
import type { DatasetStore } from "../core/jobs/store.ts";
import type { BatchRequest } from "../core/requests/batch.ts";
import { ok, type Result } from "../core/result.ts";
import { resolveBars } from "./job-bars.ts";

/** The most symbols that a refusal lists one by one. */
const MOST_LISTED = 20;

/** The bars of each symbol, as `resolveBars` finds those of a job. Errors: `not_found` that names every symbol without. */
export async function resolveBatchBars(
  datasets: DatasetStore,
  user: UserId,
  { symbols, source }: Pick<BatchRequest, "symbols" | "source">,
): Promise<Result<readonly JobBars[], AppError>> {
  const asked = symbols.map((symbol) => resolveBars(datasets, user, { source, bars: undefined, request: { symbol } }));
  const bars: JobBars[] = [];
  const unknown: string[] = [];
  const findings: { readonly path: string; readonly message: string }[] = [];
  for (const [i, found] of (await Promise.all(asked)).entries()) {
    if (found.ok) bars.push({ source, hash: found.value.hash });
    else {
      unknown.push(symbols[i] ?? "");
      findings.push({ path: `symbols.${i}`, message: found.error.detail });
    }
  }
  if (unknown.length === 0) return ok(bars);
  const detail = `of ${symbols.length} symbols ${unknown.length} are unknown to the source ${source}: ${unknown.join(", ")}; no job was made`;
  return fail("not_found", detail, findings.slice(0, MOST_LISTED));
}
