import { type AppError, fail } from "../../core/errors.ts";
import type { PartReader } from "../../core/jobs/store.ts";
import { ok, type Result } from "../../core/result.ts";
import type { SweptBlock } from "../../core/sweep/blocks.ts";
import { decodeBlock } from "../store/part-blob.ts";
import type { SweepTask } from "./task.ts";
import { fromStore } from "./task-rows.ts";

/** The blocks of a sweep from the parts in which it was run, each read when it is asked for. */
export class PartBlocks implements AsyncIterable<Result<SweptBlock, AppError>> {
  /** When the first of those read so far was begun, epoch ms. */
  begunMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly parts: NonNullable<SweepTask["parts"]>,
    private readonly reader: PartReader,
  ) {}

  /** Ends with the first error: `not_found` for a part that is not there, `unavailable` when the store does not answer. @throws as `decodeBlock` */
  async *[Symbol.asyncIterator](): AsyncGenerator<Result<SweptBlock, AppError>> {
    const { user, ids } = this.parts;
    for (const id of ids) {
      const found = await fromStore(() => this.reader.partOutput(user, id));
      if (!found.ok) return yield found;
      if (found.value === undefined) return yield fail("not_found", `the part ${id} of the sweep is not stored here (any more)`);
      const { startedMs, ...block } = decodeBlock(found.value.trials);
      this.begunMs = Math.min(this.begunMs, startedMs);
      yield ok(block);
      // What blocks were unpacked into would pile up beside the joined columns.
      Bun.gc(true);
    }
  }
}
