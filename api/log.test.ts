import { expect, test } from "bun:test";
import { jsonLog } from "./log.ts";

test("entries are JSON lines with their time, written together at the end of the turn", async () => {
  const written: string[] = [];
  const log = jsonLog((text) => void written.push(text));
  log({ level: "info", message: "one" });
  log({ level: "error", message: "two\nlines" });
  expect(written).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toHaveLength(1);
  const lines = (written[0] ?? "").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { time: expect.stringMatching(/^\d{4}-.*Z$/), level: "info", message: "one" },
    { time: expect.any(String), level: "error", message: "two\nlines" },
  ]);
  log({ level: "info" });
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toHaveLength(2);
});
