import type { JobId } from "../core/jobs/job.ts";
import type { TrialTable } from "../core/sweep/table.ts";

interface Kept {
  readonly table: TrialTable;
  /** Trials in the order of the query that was asked last, and that query. */
  ordered: { readonly query: string; readonly trials: Int32Array } | null;
}

/** The trials of the sweeps last looked at, which do not change, so that one page after another reads and orders them once. */
export class KeptTrials {
  private readonly kept = new Map<JobId, Kept>();

  /** @param mostTrials of all tables together; the one last looked at is kept in any case */
  constructor(private readonly mostTrials: number) {}

  async table(id: JobId, read: () => Promise<TrialTable>): Promise<TrialTable> {
    const known = this.kept.get(id);
    const entry = known ?? { table: await read(), ordered: null };
    // A map lists its keys in the order in which they were set: oldest use first.
    this.kept.delete(id);
    this.kept.set(id, entry);
    this.forget();
    return entry.table;
  }

  /** The trials that a query finds, in its order. @param query in words */
  ordered(id: JobId, query: string, find: () => Int32Array): Int32Array {
    const entry = this.kept.get(id);
    if (entry?.ordered?.query === query) return entry.ordered.trials;
    const trials = find();
    if (entry !== undefined) entry.ordered = { query, trials };
    return trials;
  }

  private forget(): void {
    let trials = [...this.kept.values()].reduce((sum, { table }) => sum + table.grid.trials, 0);
    for (const [oldest, { table }] of this.kept) {
      if (trials <= this.mostTrials || this.kept.size === 1) return;
      this.kept.delete(oldest);
      trials -= table.grid.trials;
    }
  }
}
