import type { JobId } from "../../core/jobs/job.ts";
import type { JobRef } from "../../core/jobs/store.ts";

/** Jobs that wait for their turn in this process: first in, first out, each once. */
export class Line {
  private readonly refs = new Map<JobId, JobRef>();

  get length(): number {
    return this.refs.size;
  }

  /** False when it stood in line already. */
  join(ref: JobRef): boolean {
    if (this.refs.has(ref.id)) return false;
    this.refs.set(ref.id, ref);
    return true;
  }

  has(id: JobId): boolean {
    return this.refs.has(id);
  }

  leave(id: JobId): void {
    this.refs.delete(id);
  }

  next(): JobRef | undefined {
    for (const ref of this.refs.values()) {
      this.refs.delete(ref.id);
      return ref;
    }
    return undefined;
  }
}
