import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPostgres, findRedis } from "./binaries.ts";
import { givenUrl, isUnwanted, POSTGRES, REDIS, type Service, tellNotRun, whyMissing } from "./service.ts";
import type { TestEnvironment } from "./test-environment.ts";

/** Does something with other variables of the environment. */
function withVariables(changes: Partial<TestEnvironment>, act: () => void): void {
  const before = { ...process.env };
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(changes)) set(name, value);
  try {
    act();
  } finally {
    for (const name of Object.keys(changes)) set(name, before[name]);
  }
}

test("a service is installed where its program is found", () => {
  expect(POSTGRES.isInstalled()).toBe(findPostgres() !== null);
  expect(REDIS.isInstalled()).toBe(findRedis() !== null);
});

const removed: Service = { ...REDIS, isInstalled: () => false };

test("an address in the environment is the service, installed or not", () => {
  withVariables({ TEST_REDIS_URL: "redis://example:1", TEST_DATABASE_URL: "" }, () => {
    expect(givenUrl(removed)).toBe("redis://example:1");
    expect(whyMissing(removed)).toBeNull();
    expect(givenUrl(POSTGRES)).toBeNull();
  });
});

test("a service that is neither installed nor given is missing, with the package and the variable that help", () => {
  withVariables({ TEST_REDIS_URL: undefined }, () => {
    expect(whyMissing(removed)).toBe(
      "Redis is not installed (apt-get install redis-server), and TEST_REDIS_URL gives no server's address",
    );
    expect(isUnwanted(removed)).toBe(false);
    expect(whyMissing({ ...REDIS, isInstalled: () => true })).toBeNull();
  });
});

test('"none" does without a service that is installed', () => {
  withVariables({ TEST_DATABASE_URL: "none" }, () => {
    expect(whyMissing({ ...POSTGRES, isInstalled: () => true })).toBe('TEST_DATABASE_URL is "none"');
    expect(givenUrl(POSTGRES)).toBeNull();
    expect(isUnwanted(POSTGRES)).toBe(true);
  });
});

test("what did not run is told to the file that the test command names, a line each", () => {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-not-run-"));
  withVariables({ TEST_NOT_RUN_FILE: join(folder, "lines") }, () => {
    tellNotRun("one: a reason");
    tellNotRun("two: a reason");
  });
  expect(readFileSync(join(folder, "lines"), "utf8")).toBe("one: a reason\ntwo: a reason\n");
  rmSync(folder, { recursive: true });
});
