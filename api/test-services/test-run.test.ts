import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisClient } from "bun";
import { describeWithServices } from "./describe.ts";
import { sharedPostgres, sharedRedis } from "./shared.ts";

const COMMAND = join(import.meta.dir, "test-run.ts");
/** A suite: a test that needs nothing and forgets a folder, and one that uses both services, tells where they are, and may hang. */
const SUITE = `
import { test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWithServices } from ${JSON.stringify(join(import.meta.dir, "describe.ts"))};
import { sharedPostgres, sharedRedis, testDatabase, testRedisUrl } from ${JSON.stringify(join(import.meta.dir, "shared.ts"))};

test("plain", () => {
  mkdtempSync(join(tmpdir(), "forgotten-"));
});
describeWithServices("with services", () => {
  test("used", async () => {
    await testDatabase();
    await (await testRedisUrl()).drop();
    const [postgres, redis] = [await sharedPostgres(), await sharedRedis()];
    console.log(JSON.stringify({ postgres: postgres.url, redis: redis.url, pid: process.pid }));
    if (process.env.HANG !== undefined) await Bun.sleep(600_000);
  });
});
`;

let folder: string;
beforeAll(() => {
  folder = openFolder(mkdtempSync(join(tmpdir(), "backgrid-test-run-")));
  writeFileSync(join(folder, "suite.test.ts"), SUITE);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** PostgreSQL runs as another user where the tests run as root. */
function openFolder(path: string): string {
  chmodSync(path, 0o711);
  return path;
}

/** The test command, in a folder and with a place for temporary files of its own. */
function command(args: readonly string[], variables: Readonly<Record<string, string>>) {
  const temporary = openFolder(mkdtempSync(join(folder, "tmp-")));
  const { TEST_DATABASE_URL: _postgres, TEST_REDIS_URL: _redis, TEST_NOT_RUN_FILE: _file, CI: _ci, ...others } = process.env;
  const child = Bun.spawn([process.execPath, COMMAND, ...args], {
    cwd: folder,
    env: { ...others, TMPDIR: temporary, ...variables },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const errors = child.stderr.text();
  return {
    child,
    /** What the suite tells once it has used the services. */
    async told(): Promise<{ readonly postgres: string; readonly redis: string; readonly pid: number }> {
      let text = "";
      for await (const bytes of child.stdout) {
        text += Buffer.from(bytes).toString();
        const line = /^\{.*\}$/m.exec(text)?.[0];
        if (line !== undefined) return JSON.parse(line);
      }
      throw new Error(`the suite told nothing:\n${await errors}`);
    },
    async ended() {
      const exitCode = await child.exited;
      return { exitCode, errors: await errors, left: readdirSync(temporary) };
    },
  };
}

/** Whether something answers at a Redis address. */
async function answers(url: string): Promise<boolean> {
  const client = new RedisClient(url, { autoReconnect: false });
  try {
    return (await client.ping()) === "PONG";
  } catch {
    return false;
  } finally {
    client.close();
  }
}

describeWithServices("the test command", () => {
  /** The addresses of the servers that this suite uses itself. */
  async function given() {
    return { TEST_DATABASE_URL: (await sharedPostgres()).url, TEST_REDIS_URL: (await sharedRedis()).url };
  }

  test("gives tests servers of their own, judges coverage, and leaves nothing behind", async () => {
    const run = command([], {});
    const { postgres, redis } = await run.told();
    const addresses = await given();
    expect(postgres).not.toBe(addresses.TEST_DATABASE_URL);
    expect(redis).not.toBe(addresses.TEST_REDIS_URL);
    const { exitCode, errors, left } = await run.ended();
    expect(errors).toContain("2 pass");
    expect(errors).toContain("% Lines");
    expect(exitCode).toBe(0);
    expect(left).toEqual([]);
    expect(await answers(redis)).toBe(false);
  });

  test("uses the servers that the environment gives, and leaves them running", async () => {
    const addresses = await given();
    const run = command(["--test-name-pattern", "used"], addresses);
    expect(await run.told()).toMatchObject({ postgres: addresses.TEST_DATABASE_URL, redis: addresses.TEST_REDIS_URL });
    const { exitCode, errors } = await run.ended();
    expect(errors).toContain("1 pass");
    expect(exitCode).toBe(0);
    expect(await answers(addresses.TEST_REDIS_URL)).toBe(true);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ended by %s it ends with %d, and leaves nothing behind", async (signal, code) => {
    const { TEST_DATABASE_URL } = await given();
    const run = command([], { TEST_DATABASE_URL, HANG: "1" });
    const { redis } = await run.told();
    run.child.kill(signal);
    const { exitCode, left } = await run.ended();
    expect({ exitCode, left, running: await answers(redis) }).toEqual({ exitCode: code, left: [], running: false });
  });

  test("when the tests are killed it ends with 137, and leaves nothing behind", async () => {
    const { TEST_DATABASE_URL } = await given();
    const run = command([], { TEST_DATABASE_URL, HANG: "1" });
    const { redis, pid } = await run.told();
    process.kill(pid, "SIGKILL");
    const { exitCode, left } = await run.ended();
    expect({ exitCode, left, running: await answers(redis) }).toEqual({ exitCode: 137, left: [], running: false });
  });
});

const WITHOUT = { TEST_DATABASE_URL: "none", TEST_REDIS_URL: "none" };
const REASONS = 'TEST_DATABASE_URL is "none"; TEST_REDIS_URL is "none"';

test("without the services the other tests run, and its last words are which did not and why", async () => {
  const { exitCode, errors, left } = await command([], WITHOUT).ended();
  expect(errors).toContain("1 pass\n 1 skip\n 0 fail");
  expect(errors).not.toContain("% Lines");
  expect(errors).toEndWith(`\nThese tests did not run:\n  with services: ${REASONS}\n`);
  expect(exitCode).toBe(0);
  expect(left).toEqual([]);
});

test("without the services and with CI=true it fails, for that reason", async () => {
  const { exitCode, errors } = await command([], { ...WITHOUT, CI: "true" }).ended();
  expect(errors).toContain("1 pass\n 1 fail");
  expect(errors).toContain('error: TEST_DATABASE_URL is "none"');
  expect(exitCode).toBe(1);
});
