import { RESOURCES, type Resource } from "../resource.ts";
import { answer, header, LOCATION, type Operation, path, query, responseHeader } from "./operation.ts";
import { JOB_ID, type JsonSchema, ref, SWEEP_ID, WALK_FORWARD_ID } from "./schema.ts";

/** How the document speaks of what is accepted, runs and ends. */
export interface Live extends Pick<Resource, "word" | "idName"> {
  readonly tag: "jobs" | "sweeps" | "walk-forwards";
  /** Begins the names of its schemas and ends the ids of its operations. */
  readonly name: "Job" | "Sweep" | "WalkForward";
  readonly id: JsonSchema;
}

export const LIVE_JOB: Live = {
  ...{ ...RESOURCES.backtest, tag: "jobs", name: "Job" },
  id: path("id", JOB_ID, "`job_id` of the job."),
};
export const LIVE_SWEEP: Live = {
  ...{ ...RESOURCES.sweep, tag: "sweeps", name: "Sweep" },
  id: path("id", SWEEP_ID, "`sweep_id` of the sweep."),
};
export const LIVE_WALK_FORWARD: Live = {
  ...{ ...RESOURCES.walk_forward, tag: "walk-forwards", name: "WalkForward" },
  id: path("id", WALK_FORWARD_ID, "`walk_forward_id` of the walk-forward."),
};

export const OF_SUBMISSIONS = {
  ...LOCATION,
  ...responseHeader("Preference-Applied", "What of `Prefer` was followed."),
  ...responseHeader("Idempotency-Replayed", "`true` where the key was used before."),
};

/** The headers of a request for something to be run. */
export function submissionHeaders(word: string): readonly JsonSchema[] {
  return [
    header("Prefer", { type: "string" }, "`wait=N`: seconds to wait, at most 60. `respond-async`: do not wait.", {
      example: "wait=10",
    }),
    header(
      "Idempotency-Key",
      { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
      `Visible ASCII. A repeat with an equal body answers the ${word} that the first one made; with another body it is 422.`,
    ),
  ];
}

/** `POST` of a new one. */
export function submission({ word, idName, tag, name }: Live, summary: string, examples: JsonSchema): Operation {
  return {
    operationId: `submit${name}`,
    tags: [tag],
    summary,
    description: `Waits for the result, by default for 30 seconds, and answers it; a ${word} that needs longer goes on. A refused request leaves no ${word}. A ${word} that fails within the wait answers its problem, with \`${idName}\` and \`Location\`.`,
    parameters: submissionHeaders(word),
    requestBody: { required: true, content: { "application/json": { schema: ref(`${name}Request`), examples } } },
    responses: {
      200: answer({
        description: `The ${word} is final: its result, or, for a repeat by \`Idempotency-Key\`, also how it ended without one.`,
        json: name,
        headers: OF_SUBMISSIONS,
      }),
      202: answer({ description: `The ${word} goes on.`, json: `Accepted${name}`, headers: OF_SUBMISSIONS }),
    },
    problems: [400, 404, 409, 413, 415, 422, 502, 503, 504],
  };
}

/** `DELETE` */
export function cancelling({ word, tag, name, id }: Live): Operation {
  return {
    operationId: `cancel${name}`,
    tags: [tag],
    summary: `Cancel a ${word}, or delete a final one`,
    parameters: [id, query("remove", { type: "boolean", default: false }, `Delete a final ${word} with its result.`)],
    responses: {
      202: answer({ description: "It was queued or running, and is cancelled.", json: `Cancelled${name}` }),
      204: answer({ description: "It was final, and is deleted." }),
    },
    problems: [400, 404, 409],
  };
}

/** `GET` of the events. */
export function following({ word, idName, tag, name, id }: Live): Operation {
  return {
    operationId: `follow${name}`,
    tags: [tag],
    summary: `Follow a ${word}`,
    description: `Server-Sent Events: \`state\` with \`{${idName}, status, attempt}\`, \`progress\` with \`{done, total}\`, and at last \`end\` with \`{${idName}, status}\`; then the stream is closed. A comment every 5 seconds keeps it open.`,
    parameters: [
      id,
      header(
        "Last-Event-ID",
        { type: "string" },
        "Id of the last event that was seen: it is not told again. After `end` the answer is 204.",
      ),
    ],
    responses: {
      200: {
        ...answer({ description: "The events." }),
        content: {
          "text/event-stream": {
            schema: { type: "string" },
            example: 'event: state\nid: 3\ndata: {"status":"running","attempt":1}\n\n',
          },
        },
      },
      204: answer({ description: "The end was seen already." }),
    },
    problems: [400, 404],
  };
}
