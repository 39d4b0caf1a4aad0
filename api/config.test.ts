import { describe, expect, test } from "bun:test";
import { MOST_BAR_TRIALS } from "../core/run/sweep.ts";
import { isLoopback, parseEngineChoice, readConfig, wantsStacks } from "./config.ts";

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

  test("have defaults that suit a laptop", () => {
    const config = readConfig({});
    if (!config.ok) throw new Error(config.error.detail);
    expect(config.value).toMatchObject({
      host: "127.0.0.1",
      port: 8000,
      dataDir: ".backgrid",
      yahooBaseUrl: null,
      allowAnonymous: false,
      sqliteSynchronous: "normal",
      concurrency: null,
      threads: null,
      leaseMs: 30_000,
      jobMemoryMb: 2048,
      maxJsonBytes: 32 * 2 ** 20,
      maxDatasetBytes: 128 * 2 ** 20,
      maxDepth: 32,
      sweepBarTrials: MOST_BAR_TRIALS,
      faults: { strategies: false, point: null },
    });
  });

  test.each([
    ["HOST", " ", 'HOST must be not empty: got " "'],
    ["PORT", "80x", 'PORT must be a whole number from 0 to 65535: got "80x"'],
    ["PORT", "65536", 'PORT must be a whole number from 0 to 65535: got "65536"'],
    ["PORT", "-1", 'PORT must be a whole number from 0 to 65535: got "-1"'],
    ["DATA_DIR", "", 'DATA_DIR must be not empty: got ""'],
    ["YAHOO_BASE_URL", "ftp://x", 'YAHOO_BASE_URL must be an http or https address such as http://127.0.0.1:9000: got "ftp://x"'],
    ["ALLOW_ANONYMOUS", "yes", 'ALLOW_ANONYMOUS must be 1 or 0: got "yes"'],
    ["SQLITE_SYNCHRONOUS", "off", 'SQLITE_SYNCHRONOUS must be one of normal, full: got "off"'],
    ["CONCURRENCY", "0", 'CONCURRENCY must be a whole number from 1 to 64: got "0"'],
    ["THREADS", "65", 'THREADS must be a whole number from 1 to 64: got "65"'],
    ["SWEEP_BAR_TRIALS", "2e10", 'SWEEP_BAR_TRIALS must be a whole number from 1 to 100000000000: got "2e10"'],
    ["LEASE_MS", "1e9", 'LEASE_MS must be a whole number from 100 to 3600000: got "1e9"'],
    ["JOB_MEMORY_MB", "1.5", 'JOB_MEMORY_MB must be a whole number from 256 to 65536: got "1.5"'],
  ])("refuse %s=%j with the value and what is allowed", (name, value, message) => {
    const config = readConfig({ [name]: value });
    if (config.ok) throw new Error("let through");
    expect(config.error.findings).toEqual([{ path: name, message }]);
  });

  test("make a fleet of processes with a database and a queue, and none with one of them", () => {
    const [DATABASE_URL, REDIS_URL] = ["postgres://me:secret@db.example:5433/grid", "redis://127.0.0.1:6380"];
    const config = readConfig({ DATABASE_URL, REDIS_URL });
    if (!config.ok) throw new Error(config.error.detail);
    expect(config.value.leaseMs).toBe(20_000);
    expect(config.value.fleet).toEqual({
      databaseUrl: DATABASE_URL,
      migrationDatabaseUrl: DATABASE_URL,
      redisUrl: REDIS_URL,
      redisPrefix: "backgrid",
      databaseConnections: 10,
      equityPoints: false,
      workerPort: null,
      splitBarTrials: 500_000_000,
    });
    for (const env of [{ DATABASE_URL }, { REDIS_URL }]) {
      const half = readConfig(env);
      expect(half.ok ? "" : half.error.detail).toEndWith("both make a fleet, none makes one process");
    }
    expect(readConfig({})).toMatchObject({ ok: true, value: { fleet: null } });
  });

  test.each([
    ["DATABASE_URL", "mysql://x/y", "an address such as postgres://user@127.0.0.1:5432/backgrid"],
    ["REDIS_URL", "127.0.0.1", "an address such as redis://127.0.0.1:6379"],
    ["EQUITY_POINTS_TABLE", "1", "one of off, on"],
    ["REDIS_PREFIX", "a b", "1 to 64 letters, digits, dots, dashes or underscores"],
    ["WORKER_PORT", "-1", "a whole number from 0 to 65535"],
  ])("refuse %s=%j in a fleet", (name, value, allowed) => {
    const fleet = { DATABASE_URL: "postgres://a/b", REDIS_URL: "redis://a" };
    const config = readConfig({ ...fleet, [name]: value });
    const message = `${name} must be ${allowed}: got ${JSON.stringify(value)}`;
    expect(config.ok ? [] : config.error.findings).toEqual([{ path: name, message }]);
  });

  test("that are wrong are told all at once", () => {
    const config = readConfig({ PORT: "x", ENGINE: "c" });
    expect(config.ok ? [] : config.error.findings.map(({ path }) => path)).toEqual(["ENGINE", "PORT"]);
  });

  test("know faults in tests alone", () => {
    const faults = (env: Record<string, string>) => {
      const config = readConfig({ BG_FAULT: "after_commit:2", ...env });
      return config.ok ? config.value.faults : null;
    };
    expect(faults({ NODE_ENV: "test" })).toEqual({ strategies: true, point: "after_commit:2" });
    expect(faults({ NODE_ENV: "production" })).toEqual({ strategies: false, point: null });
    expect(faults({})).toEqual({ strategies: false, point: null });
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

test("addresses that only this machine can reach are told from others", () => {
  expect(["localhost", "127.0.0.1", "127.8.9.1", "::1"].map(isLoopback)).toEqual([true, true, true, true]);
  expect(["0.0.0.0", "::", "10.0.0.1", "localhost.example.com", "1127.0.0.1"].map(isLoopback)).not.toContain(true);
});
