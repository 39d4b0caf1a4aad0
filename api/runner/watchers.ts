import { isFinal, type JobId } from "../../core/jobs/job.ts";
import type { JobRef, JobStore } from "../../core/jobs/store.ts";
import type { Finished, JobEvent } from "../parts.ts";

/** Who waits for a job or listens to it, in this process. */
export class Watchers {
  private readonly waiting = new Map<JobId, Set<(finished: Finished | undefined) => void>>();
  private readonly listening = new Map<JobId, Set<(event: JobEvent) => void>>();
  /** Jobs that are or were watched, to be looked after when they end elsewhere. */
  private readonly refs = new Map<JobId, JobRef>();

  /** See Runner.wait. */
  wait(ref: JobRef, ms: number, signal?: AbortSignal): Promise<Finished | undefined> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve(undefined);
    const { id } = ref;
    this.refs.set(id, ref);
    const { promise, resolve } = Promise.withResolvers<Finished | undefined>();
    const give = (finished: Finished | undefined) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
      remove(this.waiting, id, give);
      resolve(finished);
    };
    const leave = () => give(undefined);
    const timer = setTimeout(leave, ms);
    signal?.addEventListener("abort", leave);
    add(this.waiting, id, give);
    return promise;
  }

  subscribe(ref: JobRef, listener: (event: JobEvent) => void): () => void {
    const { id } = ref;
    this.refs.set(id, ref);
    add(this.listening, id, listener);
    return () => remove(this.listening, id, listener);
  }

  tell(id: JobId, event: JobEvent): void {
    for (const listener of [...(this.listening.get(id) ?? [])]) listener(event);
  }

  finish(id: JobId, finished: Finished): void {
    for (const give of [...(this.waiting.get(id) ?? [])]) give(finished);
    this.tell(id, { kind: "end", status: finished.state.status });
  }

  isWatched(id: JobId): boolean {
    return this.waiting.has(id) || this.listening.has(id);
  }

  /** Asks the store for the watched jobs of which nothing is told here, and tells of those that are final. */
  async lookAfter(jobs: Pick<JobStore, "find">, isElsewhere: (id: JobId) => boolean): Promise<void> {
    for (const [id, ref] of this.refs) {
      if (!this.isWatched(id)) this.refs.delete(id);
      else if (isElsewhere(id)) await this.lookAt(jobs, ref);
    }
  }

  /** Asks the store for a watched job, and tells of it when it is final. */
  async lookAt(jobs: Pick<JobStore, "find">, { user, id }: JobRef): Promise<void> {
    const job = await jobs.find(user, id);
    if (job !== undefined && isFinal(job.state)) this.finish(id, { state: job.state, head: null, trades: null, curveText: null });
  }
}

function add<T>(sets: Map<JobId, Set<T>>, id: JobId, item: T): void {
  const set = sets.get(id);
  if (set === undefined) sets.set(id, new Set([item]));
  else set.add(item);
}

function remove<T>(sets: Map<JobId, Set<T>>, id: JobId, item: T): void {
  const set = sets.get(id);
  set?.delete(item);
  if (set?.size === 0) sets.delete(id);
}
