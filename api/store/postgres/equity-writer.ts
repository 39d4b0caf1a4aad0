import type { ReservedSql } from "postgres";
import type { Curve, JobId, UserId } from "../../../core/jobs/job.ts";

/** The equity of a backtest or a walk-forward that is being finished. */
export interface FinishedCurve {
  readonly user: UserId;
  readonly id: JobId;
  readonly curve: Curve;
}

/** Writes the points of curves as rows, beside the blobs of `curves`. */
export interface EquityPointsWriter {
  /**
   * Called inside of the transaction that finishes the jobs, all of one user, who is set in it; the jobs are there. What it rejects with undoes
   * the transaction.
   * @param tx the transaction's connection, which is not to be used any more once the promise is settled
   */
  write(tx: ReservedSql, jobs: readonly FinishedCurve[]): Promise<void>;
}
