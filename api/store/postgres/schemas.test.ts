import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { describeWithPostgres } from "../../test-services/describe.ts";
import { migrate, readMigrations } from "../migrate.ts";
import { testSchema } from "./test-postgres.ts";

interface Column {
  readonly name: string;
  readonly family: string;
  readonly nullable: boolean;
  /** Its place in the primary key, from 1; 0 outside. */
  readonly key: number;
}

type Schema = Readonly<Record<string, readonly Column[]>>;

const MIGRATIONS = fileURLToPath(new URL("../../../migrations/sqlite", import.meta.url));
/** What only one process after the other would need, or many together. */
const POSTGRES_ALONE = /^(market_data.*|equity_points.*|sweep_parts)$/;
/** Each has a table of its own making. */
const OWN = ["migrations"];
const FAMILIES: Readonly<Record<string, string>> = {
  ...{ TEXT: "text", INTEGER: "integer", REAL: "double", BLOB: "bytes" },
  ...{ text: "text", uuid: "text", bigint: "integer", integer: "integer", smallint: "integer" },
  ...{ "double precision": "double", bytea: "bytes" },
};

function ofSqlite(): Schema {
  using db = new Database(":memory:");
  migrate(db, readMigrations(MIGRATIONS), 0);
  const columns = db
    .query<{ table_name: string; name: string; type: string; notnull: number; pk: number }, []>(
      `SELECT t.name AS table_name, c.* FROM sqlite_master t JOIN pragma_table_info(t.name) c
       WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY c.cid`,
    )
    .all();
  return byTable(
    columns.map(({ table_name, type, notnull, pk, name }) => ({
      table: table_name,
      name,
      type,
      nullable: notnull === 0,
      key: pk,
    })),
  );
}

async function ofPostgres(): Promise<Schema> {
  const schema = await testSchema();
  const columns = await schema.admin<{ table: string; name: string; type: string; nullable: boolean; key: number }[]>`
    SELECT c.relname AS table, attname AS name, format_type(atttypid, NULL) AS type, NOT attnotnull AS nullable,
      coalesce(array_position(conkey, attnum), 0) AS key
    FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
      LEFT JOIN pg_constraint ON conrelid = c.oid AND contype = 'p'
    WHERE relnamespace = 'backgrid'::regnamespace AND relkind IN ('r', 'p') ORDER BY attnum`;
  await schema.drop();
  return byTable(columns);
}

function byTable(columns: readonly { table: string; name: string; type: string; nullable: boolean; key: number }[]): Schema {
  const tables: Record<string, Column[]> = {};
  for (const { table, name, type, nullable, key } of columns) {
    if (POSTGRES_ALONE.test(table) || OWN.includes(table)) continue;
    tables[table] ??= [];
    tables[table].push({ name, family: FAMILIES[type] ?? `unknown: ${type}`, nullable, key });
  }
  return tables;
}

describeWithPostgres("the schemas of SQLite and PostgreSQL", () => {
  test("have the same tables, columns, types and primary keys, but for what one of them alone needs", async () => {
    const [lite, full] = [ofSqlite(), await ofPostgres()];
    expect(full).toEqual(lite);
    expect(Object.keys(lite)).toContain("jobs");
  });
});
