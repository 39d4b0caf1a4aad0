import { until } from "../test-until.ts";
import { isIdle } from "./audit.ts";
import { FETCHED_ONES } from "./bodies.ts";
import type { Stage } from "./stage.ts";

/** What the table of market data held, and what was complained of. */
export interface DiskReport {
  /** Series kept while the disk was full, and after that. */
  readonly keptThen: number;
  readonly keptLater: number;
  readonly complaints: number;
}

/**
 * The cache of a fleet is a table: every write to it fails as PostgreSQL does on a full disk (53100), while a job fetches market data; then there is room again, for another job.
 */
export async function fillCacheDisk({ sql, client, fleet }: Stage): Promise<DiskReport> {
  const [first, second] = FETCHED_ONES;
  const run = async (body: number) => {
    await client.send(body);
    await until(() => isIdle({ sql }));
    const [row] = await sql`select count(*)::int as kept from backgrid.market_data`;
    return row?.kept;
  };
  await sql.unsafe(`
    create function backgrid.no_room() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;
    create trigger no_room before insert or update on backgrid.market_data execute function backgrid.no_room()`);
  const keptThen = await run(first!);
  await sql`drop function backgrid.no_room() cascade`;
  const keptLater = await run(second!);
  const complaints = fleet.logged.filter((line) => line.includes("market data cannot be kept")).length;
  return { keptThen, keptLater, complaints };
}
