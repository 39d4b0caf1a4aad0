import { describe, expect, test } from "bun:test";
import { engineTs } from "../engine-ts/engine.ts";
import { loadEngineWasm } from "../engine-wasm/load.ts";
import { wireEngine, wireSweeper } from "./wiring.ts";

const built = new URL("../engine-wasm/build/engine.wasm", import.meta.url);
const missing = () => loadEngineWasm(new URL("./no-such-engine.wasm", import.meta.url));
/** The module with a byte of its code section changed to an instruction that does not exist, and one cut short. */
const broken = async () => loadEngineWasm(new Uint8Array(await Bun.file(built).bytes()).fill(0xff, 2000, 2100));
const cut = async () => loadEngineWasm(new Uint8Array(await Bun.file(built).bytes()).slice(0, 500));
const noModule = () => loadEngineWasm(new TextEncoder().encode("<!doctype html>"));

async function wired(...args: Parameters<typeof wireEngine>) {
  const result = await wireEngine(...args);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

describe("the engine asked for", () => {
  test("auto is the WebAssembly one where it loads", async () => {
    const { engine, fallbackReason } = await wired("auto");
    expect(engine.name).toBe("wasm");
    expect(fallbackReason).toBeNull();
  });

  test("wasm is the WebAssembly one", async () => {
    const { engine, fallbackReason } = await wired("wasm");
    expect({ name: engine.name, fallbackReason }).toEqual({ name: "wasm", fallbackReason: null });
  });

  test("ts is the plain one, and the other is not even loaded", async () => {
    const load = () => {
      throw new Error("loaded");
    };
    expect(await wired("ts", load)).toEqual({ engine: engineTs, fallbackReason: null });
  });
});

describe.each([
  ["missing", missing, "no-such-engine.wasm"],
  ["broken", broken, "WebAssembly"],
  ["cut short", cut, "WebAssembly"],
  ["no module", noModule, "WebAssembly"],
] as const)("a WebAssembly engine that is %s", (_, load, reason) => {
  test("makes auto fall back to the plain one and say why", async () => {
    const { engine, fallbackReason } = await wired("auto", load);
    expect(engine).toBe(engineTs);
    expect(fallbackReason).toStartWith("engine-wasm does not load: ");
    expect(fallbackReason).toContain(reason);
  });

  test("is an error where wasm was asked for, with the reason and what to do", async () => {
    const result = await wireEngine("wasm", load);
    if (result.ok) throw new Error("it loaded");
    expect(result.error.code).toBe("unavailable");
    expect(result.error.detail).toContain(reason);
    expect(result.error.detail).toEndWith('; run "bun run build:wasm", or use ENGINE=ts');
  });
});

describe("the sweeper", () => {
  test.each(["ts", "wasm"] as const)("is that of the engine asked for: %s", async (choice) => {
    const wired = await wireSweeper(choice, 1);
    if (!wired.ok) throw new Error(wired.error.detail);
    using sweeper = wired.value.sweeper;
    expect([sweeper.name, wired.value.fallbackReason]).toEqual([choice, null]);
  });
});

test("whatever a loader throws is told", async () => {
  const load = () => Promise.reject("no memory");
  expect((await wired("auto", load)).fallbackReason).toBe("engine-wasm does not load: no memory");
});
