import { expect, test } from "bun:test";
import { fleetProcessName, isDeadFleetProcess, isDeadProcess, processName } from "./process-name.ts";

test("this process is alive under its own name", () => {
  expect(isDeadProcess(processName())).toBe(false);
});

test("a process that ended is dead", async () => {
  const child = Bun.spawn(["sleep", "30"]);
  const name = processName(child.pid);
  expect(isDeadProcess(name)).toBe(false);
  child.kill("SIGKILL");
  await child.exited;
  expect(isDeadProcess(name)).toBe(true);
});

test("a process with the pid of an older one is not that one", () => {
  const [pid, start] = processName().split(":");
  expect(isDeadProcess(`${pid}:${Number(start) - 1}`)).toBe(true);
});

test.each(["", "worker", "12x:5", "-1:5"])("a name that is none of this machine's processes is not judged: %j", (name) => {
  expect(isDeadProcess(name)).toBe(false);
});

test("where the system does not tell when a process started, its pid alone decides", async () => {
  expect(isDeadProcess(`${process.pid}:`)).toBe(false);
  const child = Bun.spawn(["true"]);
  await child.exited;
  expect(processName(child.pid)).toBe(`${child.pid}:`);
  expect(isDeadProcess(`${child.pid}:`)).toBe(true);
});

test("in a fleet, a process that ended is dead to those of its machine, and nobody judges one of another", async () => {
  const child = Bun.spawn(["sleep", "30"]);
  const name = fleetProcessName(child.pid);
  expect([name, fleetProcessName()].map(isDeadFleetProcess)).toEqual([false, false]);
  child.kill("SIGKILL");
  await child.exited;
  expect(isDeadFleetProcess(name)).toBe(true);
  expect([`elsewhere/${processName(child.pid)}`, processName(child.pid), "parts"].map(isDeadFleetProcess)).toEqual([
    false,
    false,
    false,
  ]);
});
