import type { JobId } from "../../core/jobs/job.ts";
import type { Log } from "../parts.ts";
import { reasonOf } from "./hands.ts";

/** Does what nobody waits for and what may fail: bells, news and progress are made good elsewhere. A failure is logged. */
export async function aside(log: Log, what: string, id: JobId, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    log({ level: "warn", message: `could not ${what}: ${reasonOf(cause)}`, job_id: id });
  }
}
