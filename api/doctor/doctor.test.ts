import { describe, expect, test } from "bun:test";
import { readConfig } from "../config.ts";
import { addressCheck, diagnose } from "./doctor.ts";

const MACHINE = { cores: 2, memoryBytes: 8 * 2 ** 30 };
const FLEET = { DATABASE_URL: "postgres://a:secret@127.0.0.1:1/b", REDIS_URL: "redis://:secret@127.0.0.1:1" };

/** The names and states of what is found in an environment, and all of it as text. */
async function found(env: Readonly<Record<string, string>>) {
  const checks = await diagnose(readConfig(env), MACHINE);
  return { of: Object.fromEntries(checks.map(({ name, status }) => [name, status])), text: JSON.stringify(checks) };
}

describe("the doctor", () => {
  test("looks at what one process needs", async () => {
    const { of, text } = await found({ DATA_DIR: "/tmp/never-made-by-the-doctor" });
    expect(of).toEqual({
      ...{ bun: "ok", settings: "ok", machine: "ok", engine: "ok", address: "ok", mode: "ok" },
      ...{ data_folder: "ok", sqlite: "ok", yahoo: "skipped" },
    });
    expect(text).toContain("one process: neither DATABASE_URL nor REDIS_URL is set");
    expect(text).toContain("not asked; prices come from Yahoo itself");
  });

  test("looks at the servers of a fleet, and shows no password", async () => {
    const { of, text } = await found(FLEET);
    expect(of).toMatchObject({ mode: "ok", sqlite: "skipped", postgres: "fail", redis: "fail" });
    expect(of).not.toHaveProperty("migration_server");
    expect(text).not.toContain("secret");
  });

  test("looks at the login that migrates where there is one of its own", async () => {
    const { of } = await found({ ...FLEET, MIGRATION_DATABASE_URL: "postgres://c@127.0.0.1:1/b" });
    expect(of).toMatchObject({ migration_server: "fail" });
  });

  test.each([
    [{ DATABASE_URL: FLEET.DATABASE_URL }, "REDIS_URL must be set"],
    [{ REDIS_URL: FLEET.REDIS_URL }, "DATABASE_URL must be set"],
    [{ PORT: "80x" }, "PORT must be a whole number"],
  ])("fails on settings that cannot be read: %p", async (env, reason) => {
    const { of, text } = await found(env);
    expect(of).toEqual({ bun: "ok", settings: "fail" });
    expect(text).toContain(reason);
  });

  test("tells whether an address is open to others", () => {
    const judged = (host: string, allowAnonymous: boolean) => addressCheck({ host, port: 8000, allowAnonymous }).status;
    expect([judged("127.0.0.1", false), judged("0.0.0.0", true), judged("0.0.0.0", false)]).toEqual(["ok", "warn", "fail"]);
  });
});
