import { JOB_STATUSES } from "../../core/jobs/job.ts";
import { headlineFields } from "./answer-schemas.ts";
import { BATCH_ID, fields, instant, list, type Properties, page, ref, SWEEP_ID, whole, words } from "./schema.ts";
import { whichFields } from "./sweep-schemas.ts";

const STATUS = words(
  JOB_STATUSES,
  "`queued` until one of its jobs has begun, `running` until all are final; then `completed` where at least one is, else `failed` where at least one is, else `cancelled`.",
);

const BATCH: Properties = {
  batch_id: BATCH_ID,
  kind: words(["job", "sweep"], "What each of its jobs is."),
  status: STATUS,
  created_at: instant("When it was accepted"),
  counts: ref("BatchCounts"),
};

/** What the routes of batches answer. */
export const batchSchemas: Properties = {
  BatchCounts: fields(Object.fromEntries(JOB_STATUSES.map((status) => [status, whole(`Jobs that are ${status}.`)])), {
    description: "How many jobs of a batch are in which state; those that were removed are not counted.",
  }),
  BatchedSweep: fields(
    {
      sweep_id: SWEEP_ID,
      status: words(JOB_STATUSES, "What it is in."),
      ...whichFields,
      created_at: instant("When it was accepted"),
      ...headlineFields,
    },
    { description: "A sweep of a batch, with the figures of its best trial; they are null before there is a result." },
  ),
  Batch: fields(
    {
      ...BATCH,
      items: list({ anyOf: [ref("JobSummary"), ref("BatchedSweep")] }, "Its jobs, in the order of its symbols."),
    },
    { description: "Jobs that were asked for together, as they are now." },
  ),
  BatchSummary: fields(BATCH, { description: "A batch in a list." }),
  CancelledBatch: fields(
    { batch_id: BATCH_ID, status: STATUS, cancelled: whole("Jobs that were queued or running, and are cancelled.", 1) },
    { description: "A batch of which nothing more will be run." },
  ),
  BatchList: page(ref("BatchSummary"), "Batches, the newest first."),
};
