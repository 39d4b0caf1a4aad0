import { expect, test } from "bun:test";
import { join } from "node:path";
import type { JobId, UserId } from "../../core/jobs/job.ts";
import { openSqlite } from "../store/sqlite.ts";
import { lateReader } from "./late-reader.ts";
import { someStoredBars, temporaryStore } from "./test-tasks.ts";

const STORED = someStoredBars();

test("a reader of a SQLite file has its bars, and no parts of sweeps", async () => {
  await using store = temporaryStore();
  const reader = lateReader({ kind: "sqlite", path: store.path });
  await store.bars.put(STORED);
  expect(await reader.get(STORED.hash)).toEqual(STORED.bytes);
  expect(await reader.get("sha256:none")).toBeUndefined();
  expect(await reader.partOutput("user" as UserId, "part" as JobId)).toBeUndefined();
});

test("a reader rejects as long as there is no database, and then reads", async () => {
  await using store = temporaryStore();
  const path = join(store.folder, "later.db");
  const reader = lateReader({ kind: "sqlite", path });
  await expect(reader.get(STORED.hash)).rejects.toThrow();
  const made = openSqlite({ path, synchronous: "normal", clock: () => 0 });
  if (!made.ok) throw new Error(made.error.detail);
  expect(await reader.get(STORED.hash)).toBeUndefined();
  await made.value.close();
});

test("a reader of a PostgreSQL that does not answer rejects", async () => {
  const reader = lateReader({ kind: "postgres", url: "postgres://nobody@127.0.0.1:1/none" });
  await expect(reader.get(STORED.hash)).rejects.toThrow();
});
