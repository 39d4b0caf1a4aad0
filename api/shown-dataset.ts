import type { Dataset } from "../core/jobs/store.ts";
import type { ImportOutput, ImportTask } from "./compute/task.ts";

/** An imported file as it is stored. */
export function datasetOf(file: ImportOutput, { symbol, adjusted, nowMs }: Omit<ImportTask, "kind" | "path">): Dataset {
  const { barsHash, interval, rows, from, to, hash, warnings } = file;
  const facts = { symbol, interval, adjusted, rows, from, to, hash, barsHash };
  return { ...facts, warnings: JSON.stringify(warnings), createdAtMs: nowMs };
}

/** A dataset as answers show it. */
export function shownDataset({ symbol, interval, adjusted, rows, from, to, hash, warnings, createdAtMs }: Dataset) {
  const found: unknown = JSON.parse(warnings);
  const created = new Date(createdAtMs).toISOString();
  return { symbol, interval, adjusted, rows, from, to, hash, warnings: found, created_at: created };
}
