import { describe, expect, test } from "bun:test";
import { parseEngineChoice, readConfig, wantsStacks } from "./config.ts";

describe("the settings of a process", () => {
  test("are auto for the engine where the environment says nothing", () => {
    expect(readConfig({})).toEqual({ ok: true, value: expect.objectContaining({ engine: "auto" }) });
  });

  test.each(["auto", "ts", "wasm"] as const)("take ENGINE=%s from the environment", (engine) => {
    expect(readConfig({ ENGINE: engine })).toEqual({ ok: true, value: expect.objectContaining({ engine }) });
  });

  test.each(["", "WASM", "native", " ts"])("refuse ENGINE=%j with the value and what is allowed", (value) => {
    const config = readConfig({ ENGINE: value });
    if (config.ok) throw new Error("let through");
    const message = `ENGINE must be one of auto, ts, wasm: got ${JSON.stringify(value)}`;
    expect(config.error).toEqual({ code: "invalid_request", detail: message, findings: [{ path: "ENGINE", message }] });
  });

  test("are read from this process by default", () => {
    const before = process.env.ENGINE;
    try {
      process.env.ENGINE = "ts";
      expect(readConfig()).toMatchObject({ ok: true, value: { engine: "ts" } });
    } finally {
      if (before === undefined) delete process.env.ENGINE;
      else process.env.ENGINE = before;
    }
  });

  test("show stacks with BACKGRID_DEBUG=1 alone", () => {
    expect([{}, { BACKGRID_DEBUG: "1" }, { BACKGRID_DEBUG: "0" }, { BACKGRID_DEBUG: "" }].map((env) => wantsStacks(env))).toEqual(
      [false, true, false, false],
    );
  });

  test("may come from a flag, which the message then names", () => {
    expect(parseEngineChoice("wasm", "--engine")).toEqual({ ok: true, value: "wasm" });
    const choice = parseEngineChoice("c", "--engine");
    expect(choice.ok ? "" : choice.error.detail).toBe('--engine must be one of auto, ts, wasm: got "c"');
  });
});
