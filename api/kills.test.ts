import { expect, test } from "bun:test";
import { killServers } from "./kills/driver.ts";

const KILLS = 12;
const SEED = 20260131;

test("a service that is killed under load, again and again, loses no accepted job, runs none twice to its end and leaves no process", async () => {
  const report = await killServers(KILLS, 1, SEED);
  expect(report).toMatchObject({
    kills: KILLS,
    faults: { after_commit: 1, before_enqueue: 1, before_finish: 1, mid_equity: 1, after_finish: 1 },
    ...{ lost: [], doubled: [], wrong: [], damage: [], oddities: [], orphans: 0 },
  });
  expect(report.completed + report.cancelled).toBe(report.accepted);
  // Kills that hit nothing prove nothing.
  expect(report.repeated).toBeGreaterThan(0);
  expect(report.children).toBeGreaterThan(KILLS);
}, 60_000);
