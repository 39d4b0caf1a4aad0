import { fail } from "../core/errors.ts";
import type { UserId } from "../core/jobs/job.ts";
import type { BarVault, DatasetStore } from "../core/jobs/store.ts";
import type { BarProvider } from "../core/ports.ts";
import { ok } from "../core/result.ts";
import { decodeRawBars } from "./raw-bars-codec.ts";

/** What a user uploaded, by symbol. */
export function datasetProvider(datasets: DatasetStore, vault: BarVault, user: UserId): BarProvider {
  return {
    async bars({ symbol, adjusted }) {
      const dataset = await datasets.find(user, symbol);
      if (dataset === undefined) return fail("not_found", noDataset(symbol));
      const bytes = await vault.get(dataset.barsHash);
      if (bytes === undefined) throw new Error(`the bars of dataset ${symbol} are not in the store`);
      const raw = decodeRawBars(bytes);
      if (!raw.ok) return raw;
      return ok({ raw: raw.value, origin: { source: "dataset", symbol, adjusted, synthetic: false, note: null } });
    },
  };
}

/** What to tell somebody who asks for a dataset that does not exist. */
export function noDataset(symbol: string): string {
  return `there is no dataset ${JSON.stringify(symbol)}; upload one with PUT /api/v1/datasets/${symbol} or "backgrid import", or use another source`;
}
