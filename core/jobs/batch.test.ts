import { describe, expect, test } from "bun:test";
import { batchStatus, countsOf, openIn } from "./batch.ts";
import type { JobStatus } from "./job.ts";

const of = (...statuses: readonly JobStatus[]) => countsOf(statuses.map((status) => ({ status })));

test("the jobs of a batch are counted by what they are in", () => {
  expect(of("queued", "failed", "queued", "completed")).toEqual({ queued: 2, running: 0, completed: 1, failed: 1, cancelled: 0 });
});

test("the jobs of a batch that are open are those that wait or run, in their order", () => {
  const jobs = (["completed", "running", "failed", "queued", "cancelled", "running"] as const).map((status, i) => ({
    status,
    i,
  }));
  expect(openIn(jobs).map(({ i }) => i)).toEqual([1, 3, 5]);
});

describe("a batch", () => {
  test.each<[JobStatus, readonly JobStatus[]]>([
    ["queued", ["queued", "queued"]],
    ["queued", ["queued", "cancelled"]],
    ["running", ["queued", "running"]],
    ["running", ["queued", "completed"]],
    ["running", ["queued", "failed"]],
    ["running", ["running", "cancelled"]],
  ])("is %s while its jobs are %j", (status, jobs) => {
    expect(batchStatus(of(...jobs))).toBe(status);
  });

  test.each<[JobStatus, readonly JobStatus[]]>([
    ["completed", ["completed", "completed"]],
    ["completed", ["completed", "failed", "cancelled"]],
    ["failed", ["failed", "failed"]],
    ["failed", ["failed", "cancelled"]],
    ["cancelled", ["cancelled", "cancelled"]],
  ])("is %s when its jobs have ended %j", (status, jobs) => {
    expect(batchStatus(of(...jobs))).toBe(status);
  });
});
