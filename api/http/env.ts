import type { Context } from "hono";

/** What the layers of the service hand on about a request. */
export interface Env {
  Variables: {
    requestId: string;
    /** For the log. */
    jobId: string | undefined;
  };
}

export type Ctx = Context<Env>;
