import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "postgres";
import { cachedProvider } from "../../../data/cache.ts";
import { entryOf, SERIES } from "../../../data/cache-kills.ts";
import { sampleProvider } from "../../../data/sample.ts";
import { describeSeriesStore, standInWith } from "../../../data/series-behaviour.ts";
import { days, FRIDAY_EVENING } from "../../../data/yahoo-test-query.ts";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { yahooBars } from "../../wiring.ts";
import { postgresSeries } from "./series-store.ts";
import { type TestSchema, testSchema } from "./test-postgres.ts";

const PROCESS = fileURLToPath(new URL("./series-process-behaviour.ts", import.meta.url));
const SESSION = { search_path: "backgrid", role: "backgrid_app" };

describeWithPostgres("market data in PostgreSQL", () => {
  let database: TestSchema;
  let sqls: readonly [Sql, Sql];
  beforeAll(async () => {
    database = await testSchema();
    const pool = () => postgres(database.url, { max: 2, connection: SESSION });
    sqls = [pool(), pool()];
  });
  afterAll(async () => {
    await Promise.all(sqls.map((sql) => sql.end()));
    await database.drop();
  });

  describeSeriesStore("PostgreSQL", async () => ({
    stores: [postgresSeries(sqls[0]), postgresSeries(sqls[1])],
    command: [process.execPath, PROCESS, database.url],
    close: async () => {},
  }));

  test("takes damaged bytes for none", async () => {
    const [sql] = sqls;
    const store = postgresSeries(sql);
    await store.write(entryOf(1));
    await sql`UPDATE market_data SET data = set_byte(data, 3000, 1)`;
    expect(await store.read(SERIES)).toBeUndefined();
    await store.write(entryOf(2));
    expect(await store.read(SERIES)).toEqual(entryOf(2));
  });

  test("keeps one row a series, which tells of what series it is, and no lease that was given up", async () => {
    const [sql] = sqls;
    await sql`DELETE FROM market_data`;
    const store = postgresSeries(sql);
    for (const k of [4, 5]) await store.write(entryOf(k));
    const rows = await sql`SELECT key, fetched_at_ms FROM market_data`;
    expect([...rows]).toEqual([{ key: '["kills","KILL","1d",true,1]', fetched_at_ms: "5" }]);
    await sql`DELETE FROM market_data_leases`;
    const lease = store.lease(SERIES, 1000);
    await lease.take();
    await lease.release();
    expect(await sql`SELECT * FROM market_data_leases`).toHaveLength(0);
  });

  test("is where the service keeps Yahoo's bars when it is told so, and not its folder", async () => {
    await using standIn = standInWith(() => undefined);
    const dataDir = mkdtempSync(join(tmpdir(), "backgrid-series-"));
    const query = { symbol: "ACME", interval: null, range: days("2024-01-01", null), warmupBars: 0, adjusted: true };
    const config = { dataDir, yahooBaseUrl: standIn.url };
    for (const sql of sqls) {
      const answer = await yahooBars(config, () => FRIDAY_EVENING, { store: postgresSeries(sql) }).bars(query);
      expect(answer.ok && answer.value.raw.close.length).toBe(120);
    }
    expect(standIn.asked.length).toBe(1);
    expect(readdirSync(dataDir)).toEqual([]);
    rmSync(dataDir, { recursive: true });
  });

  test("bars are answered when the database is gone, and the problem is told", async () => {
    const sql = postgres("postgres://127.0.0.1:1/none", { connect_timeout: 1, max: 2, onnotice: () => undefined });
    const problems: string[] = [];
    const onProblem = (message: string) => problems.push(message);
    const cache = cachedProvider(sampleProvider, { store: postgresSeries(sql), name: "sample", onProblem });
    const range = { startMs: Date.UTC(2024, 0, 1), endMs: Infinity };
    const query = { symbol: "SAMPLE-TREND", interval: null, range, warmupBars: 0, adjusted: true };
    expect(await cache.bars(query)).toMatchObject({ ok: true });
    expect(problems.length).toBe(3);
    expect(problems[0]).toStartWith("market data kept in PostgreSQL cannot be read: ");
    expect(problems[2]).toStartWith("market data cannot be kept in PostgreSQL: ");
    await sql.end({ timeout: 1 });
  });
});
