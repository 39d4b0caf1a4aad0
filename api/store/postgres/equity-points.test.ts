import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { testDatabase } from "../../test-services/shared.ts";
import { describeEquityPoints } from "./equity-behaviour.ts";
import { equityLayout } from "./equity-points.ts";
import { hasTimescale } from "./test-equity.ts";

const timescale = await hasTimescale();
if (!timescale)
  process.stderr.write(
    "skipped: equity points on a hypertable, since the tests' PostgreSQL has no TimescaleDB (TEST_DATABASE_URL may name one that has)\n",
  );

describeWithPostgres("equity points", () => {
  test("are missing in a database that was not migrated", async () => {
    const database = await testDatabase();
    const sql = postgres(database.url, { max: 1 });
    expect(await equityLayout(sql)).toBe("missing");
    await sql.end();
    await database.drop();
  });

  describeEquityPoints("plain");
  describe.skipIf(!timescale)("with TimescaleDB", () => describeEquityPoints("hypertable"));
});
