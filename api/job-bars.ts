import { type AppError, fail } from "../core/errors.ts";
import type { JobBars, UserId } from "../core/jobs/job.ts";
import type { DatasetStore, StoredBars } from "../core/jobs/store.ts";
import type { JobRequest } from "../core/requests/job.ts";
import { ok, type Result } from "../core/result.ts";
import { noDataset } from "../data/dataset.ts";
import { parseInlineBars } from "../data/inline.ts";
import { encodeRawBars, hashOf } from "../data/raw-bars-codec.ts";
import { sampleSeries } from "../data/sample.ts";

/** The bars of a job as far as they are known when it is accepted; `stored` are those that came with the request. */
export interface AcceptedBars extends JobBars {
  readonly stored: StoredBars | null;
}

/**
 * Finds the bars of a request before it is accepted, so that what cannot be found leaves no job. Those of `yahoo` are fetched later.
 * Errors: `not_found` for a dataset or a sample that does not exist, `invalid_request` for inline bars that are wrong.
 */
export async function resolveBars(
  datasets: DatasetStore,
  user: UserId,
  { source, bars, request }: Pick<JobRequest, "source" | "bars"> & { readonly request: Pick<JobRequest["request"], "symbol"> },
): Promise<Result<AcceptedBars, AppError>> {
  switch (source) {
    case "yahoo":
      return ok({ source, hash: null, stored: null });
    case "sample": {
      const refused = missingSample(request.symbol);
      return refused ?? ok({ source, hash: null, stored: null });
    }
    case "dataset": {
      const dataset = await datasets.find(user, request.symbol);
      if (dataset === undefined) return fail("not_found", noDataset(request.symbol));
      return ok({ source, hash: dataset.barsHash, stored: null });
    }
    case "inline": {
      const raw = parseInlineBars(bars);
      if (!raw.ok) return raw;
      const bytes = encodeRawBars(raw.value);
      const hash = hashOf(bytes);
      return ok({ source, hash, stored: { hash, bytes } });
    }
  }
}

function missingSample(symbol: string) {
  if (Object.hasOwn(sampleSeries, symbol)) return null;
  return fail("not_found", `no sample is called ${JSON.stringify(symbol)}; there are ${Object.keys(sampleSeries).join(", ")}`);
}
