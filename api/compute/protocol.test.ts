import { expect, test } from "bun:test";
import { isFromChild, isToChild } from "./protocol.ts";

test("each end knows its own kinds of messages and no others", () => {
  const messages = [{ kind: "start" }, { kind: "task" }, { kind: "ready" }, { kind: "unfit" }, { kind: "done" }];
  expect(messages.map(isToChild)).toEqual([true, true, false, false, false]);
  expect(messages.map(isFromChild)).toEqual([false, false, true, true, true]);
  for (const message of [undefined, null, "ready", 7, {}, { kind: 7 }]) {
    expect([isToChild(message), isFromChild(message)]).toEqual([false, false]);
  }
});
