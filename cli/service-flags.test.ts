import { describe, expect, test } from "bun:test";
import { configWith } from "./service-flags.ts";
import { withEnvironment } from "./test-session.ts";

const NONE = {
  HOST: undefined,
  PORT: undefined,
  DATA_DIR: undefined,
  ENGINE: undefined,
  CONCURRENCY: undefined,
  THREADS: undefined,
  LOG_REQUESTS: undefined,
};
const configIn = (environment: Readonly<Record<string, string>>, flags: Readonly<Record<string, string | true>>) =>
  withEnvironment({ ...NONE, ...environment }, async () => configWith(new Map(Object.entries(flags))));

describe("settings of the service", () => {
  test("come from flags before the environment before the defaults", async () => {
    const config = await configIn(
      { PORT: "1234", ENGINE: "ts" },
      { "--port": "0", "--concurrency": "3", "--threads": "2", "--quiet": true },
    );
    expect(config).toMatchObject({
      ok: true,
      value: { port: 0, engine: "ts", concurrency: 3, threads: 2, logRequests: false, host: "127.0.0.1", dataDir: ".backgrid" },
    });
  });

  test("a flag equal to the default beats the environment too", async () => {
    expect(await configIn({ HOST: "::1", DATA_DIR: "/x" }, { "--host": "127.0.0.1", "--data-dir": ".backgrid" })).toMatchObject({
      value: { host: "127.0.0.1", dataDir: ".backgrid" },
    });
  });

  test("every wrong flag is named with its value and what is allowed", async () => {
    const config = await configIn({}, { "--port": "70000", "--engine": "gpu", "--data-dir": " " });
    expect(config).toMatchObject({
      error: {
        code: "invalid_request",
        findings: [
          { path: "--engine", message: '--engine must be one of auto, ts, wasm: got "gpu"' },
          { path: "--port", message: '--port must be a whole number from 0 to 65535: got "70000"' },
          { path: "--data-dir", message: '--data-dir must be not empty: got " "' },
        ],
      },
    });
  });

  test("a wrong variable is named as one", async () => {
    expect(await configIn({ PORT: "x" }, { "--engine": "ts" })).toMatchObject({ error: { findings: [{ path: "PORT" }] } });
  });
});
