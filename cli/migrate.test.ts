import { describe, expect, test } from "bun:test";
import { describeWithPostgres } from "../api/test-services/describe.ts";
import { testDatabase } from "../api/test-services/shared.ts";
import { backgrid, withEnvironment } from "./test-session.ts";

const REDIS_URL = "redis://127.0.0.1:1";

describeWithPostgres("backgrid migrate", () => {
  test("makes the schema, says how much there was to do, and finds nothing to do the next time", async () => {
    const { url: DATABASE_URL, drop } = await testDatabase();
    try {
      await withEnvironment({ DATABASE_URL, REDIS_URL }, async () => {
        const first = await backgrid(["migrate"]);
        expect(first).toMatchObject({ exitCode: 0, errors: "" });
        expect(first.out).toMatch(/^Migrations applied: [1-9]/);
        const second = await backgrid(["migrate", "--json"]);
        expect(JSON.parse(second.out)).toEqual({ applied: 0, notes: [] });
        expect((await backgrid(["migrate"])).out).toBe("The schema is up to date\n");
      });
    } finally {
      await drop();
    }
  });
});

describe("without a database", () => {
  test("migrate and worker say what is to be set, and end with 2", async () => {
    await withEnvironment({ DATABASE_URL: undefined, REDIS_URL: undefined }, async () => {
      const told = await backgrid(["migrate"]);
      expect(told).toMatchObject({ exitCode: 2, out: "" });
      expect(told.errors).toContain("set DATABASE_URL and REDIS_URL");
      const worker = await backgrid(["worker"], { interactive: true });
      expect(worker.exitCode).toBe(2);
      expect(worker.errors).toContain("set DATABASE_URL and REDIS_URL");
      expect((await backgrid(["worker", "--concurrency", "0"])).exitCode).toBe(2);
    });
  });

  test("a server that is not there is unavailable, and its password is not told", async () => {
    await withEnvironment({ DATABASE_URL: "postgres://me:secret@127.0.0.1:1/x", REDIS_URL }, async () => {
      const told = await backgrid(["migrate"]);
      expect(told.exitCode).toBe(1);
      expect(told.errors).toContain("cannot be brought up to date");
      expect(told.errors).not.toContain("secret");
    });
  });
});
