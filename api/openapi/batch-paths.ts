import { batchExamples } from "./examples.ts";
import { OF_SUBMISSIONS, submissionHeaders } from "./live-operations.ts";
import { answer, CURSOR, limit, NEXT_LINK, type PathItem, path, query } from "./operation.ts";
import { BATCH_ID, ref } from "./schema.ts";

const ID = path("id", BATCH_ID, "`batch_id` of the batch.");
const tags = ["batches"] as const;

/** The routes of batches. */
export const batchPaths: Readonly<Record<string, PathItem>> = {
  "/api/v1/batches": {
    post: {
      operationId: "submitBatch",
      tags,
      summary: "Run a job or a sweep on each of many symbols",
      description:
        "Does not wait unless `Prefer` says so. All jobs are accepted or none: a symbol that the source does not know refuses the batch. Each is a job, or a sweep, as any other.",
      parameters: submissionHeaders("batch"),
      requestBody: {
        required: true,
        content: { "application/json": { schema: ref("BatchRequest"), examples: batchExamples } },
      },
      responses: {
        200: answer({ description: "All jobs are final.", json: "Batch", headers: OF_SUBMISSIONS }),
        202: answer({ description: "The batch goes on.", json: "Batch", headers: OF_SUBMISSIONS }),
      },
      problems: [400, 404, 409, 413, 415, 422, 503],
    },
    get: {
      operationId: "listBatches",
      tags,
      summary: "List batches, the newest first",
      parameters: [limit(200, 50), CURSOR],
      responses: { 200: answer({ description: "A page.", json: "BatchList", csv: true, headers: NEXT_LINK }) },
      problems: [400],
    },
  },
  "/api/v1/batches/{id}": {
    get: {
      operationId: "getBatch",
      tags,
      summary: "Show a batch with its jobs",
      description: "CSV has a line for each job.",
      parameters: [ID],
      responses: { 200: answer({ description: "The batch as it is now.", json: "Batch", csv: true }) },
      problems: [400, 404],
    },
    delete: {
      operationId: "cancelBatch",
      tags,
      summary: "Cancel what is not final of a batch, or delete a final one",
      parameters: [ID, query("remove", { type: "boolean", default: false }, "Delete a final batch with its jobs.")],
      responses: {
        202: answer({ description: "Some jobs were queued or running, and are cancelled.", json: "CancelledBatch" }),
        204: answer({ description: "It was final, and is deleted with its jobs." }),
      },
      problems: [400, 404, 409],
    },
  },
};
