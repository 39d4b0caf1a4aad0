import { expect, test } from "bun:test";
import { jobIds } from "../ids.ts";
import { aside } from "./aside.ts";

test("what is done aside is done, and its failure is a line in the log", async () => {
  const logged: unknown[] = [];
  const id = jobIds(Date.now)();
  let done = 0;
  await aside(
    (entry) => void logged.push(entry),
    "count",
    id,
    async () => done++,
  );
  await aside(
    (entry) => void logged.push(entry),
    "ring",
    id,
    () => Promise.reject(new Error("away")),
  );
  expect(done).toBe(1);
  expect(logged).toEqual([{ level: "warn", message: "could not ring: away", job_id: id }]);
});
