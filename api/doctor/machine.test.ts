import { describe, expect, test } from "bun:test";
import { appError } from "../../core/errors.ts";
import { err, ok } from "../../core/result.ts";
import packageJson from "../../package.json" with { type: "json" };
import { bunCheck, engineCheck, LEAST_BUN, loadedEngineCheck, machineCheck, thisMachine } from "./machine.ts";

const MIB = 2 ** 20;
const AS_IT_COMES = { concurrency: null, threads: null, jobMemoryMb: 2048 };

describe("the doctor, of Bun", () => {
  test("wants the version of the package, or a newer one", () => {
    expect(packageJson.engines.bun).toBe(`>=${LEAST_BUN}`);
    expect([bunCheck(LEAST_BUN), bunCheck("2.0.0"), bunCheck()].map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
  });

  test("fails on an older one, and names the platform", () => {
    const { status, detail } = bunCheck("1.4.4");
    expect(status).toBe("fail");
    expect(detail).toBe(`1.4.4 on ${process.platform} ${process.arch}: ${LEAST_BUN} or newer is needed`);
  });
});

describe("the doctor, of the machine", () => {
  test("tells one child a core and its threads where nothing else is said", () => {
    expect(machineCheck(AS_IT_COMES, { cores: 4, memoryBytes: 8192 * MIB })).toEqual({
      name: "machine",
      status: "ok",
      detail: "4 cores, 8192 MB of memory; 4 children of 1 thread and at most 2048 MB each",
    });
  });

  test("shares the cores among fewer children", () => {
    const { status, detail } = machineCheck({ ...AS_IT_COMES, concurrency: 1 }, { cores: 4, memoryBytes: 8192 * MIB });
    expect([status, detail]).toEqual(["ok", "4 cores, 8192 MB of memory; 1 child of 4 threads and at most 2048 MB each"]);
  });

  test("warns of children that do not fit into the memory", () => {
    const { status, detail } = machineCheck(AS_IT_COMES, { cores: 2, memoryBytes: 2047 * MIB });
    expect(status).toBe("warn");
    expect(detail).toContain("do not fit if all are used to the full: set a lower CONCURRENCY or JOB_MEMORY_MB");
  });

  test("warns of more threads than cores can carry", () => {
    const asked = { concurrency: 3, threads: 2, jobMemoryMb: 256 };
    expect(machineCheck(asked, { cores: 3, memoryBytes: 8192 * MIB }).status).toBe("ok");
    expect(machineCheck(asked, { cores: 2, memoryBytes: 8192 * MIB }).status).toBe("warn");
  });

  test("finds this machine to have something", () => {
    const { cores, memoryBytes } = thisMachine();
    expect([cores >= 1, memoryBytes > 64 * MIB]).toEqual([true, true]);
  });
});

describe("the doctor, of the engine", () => {
  test.each(["auto", "wasm", "ts"] as const)("loads both modules, as ENGINE=%s asks", async (choice) => {
    const name = choice === "ts" ? "ts" : "wasm";
    expect(await loadedEngineCheck(choice)).toEqual({
      name: "engine",
      status: "ok",
      detail: `${name} for runs, ${name} for sweeps`,
    });
  });

  test("warns where auto had to fall back, with the reason and the remedy", () => {
    const engine = { name: "wasm" };
    const wired = ok({ engine, sweeper: { name: "ts" }, fallbackReason: "the kernels of sweeps do not load: no such file" });
    expect(engineCheck(wired)).toEqual({
      name: "engine",
      status: "warn",
      detail:
        'wasm for runs, ts for sweeps, which is slower: the kernels of sweeps do not load: no such file; run "bun run build:wasm"',
    });
  });

  test("fails where the engine asked for does not load", () => {
    expect(engineCheck(err(appError("unavailable", "engine-wasm does not load")))).toEqual({
      name: "engine",
      status: "fail",
      detail: "engine-wasm does not load",
    });
  });
});
