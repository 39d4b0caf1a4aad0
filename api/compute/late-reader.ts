import type { BarReader, PartReader } from "../../core/jobs/store.ts";
import type { ChildSettings } from "./protocol.ts";

type Reader = BarReader & PartReader;

/** Opened when it is first asked for something: the database may be made after the process was started. Rejects as long as it cannot be opened. */
export function lateReader(database: ChildSettings["database"]): Reader {
  let opened: Reader | undefined;
  const reader = async () => {
    opened ??= await open(database);
    return opened;
  };
  return {
    get: async (hash) => (await reader()).get(hash),
    partOutput: async (user, id) => (await reader()).partOutput(user, id),
  };
}

async function open(database: ChildSettings["database"]): Promise<Reader> {
  if (database.kind === "postgres") {
    const { openPostgresReader } = await import("../store/postgres/postgres.ts");
    return openPostgresReader(database.url);
  }
  const { openBarVault } = await import("../store/sqlite-bars.ts");
  // One process runs its sweeps whole.
  return { ...openBarVault(database.path), partOutput: async () => undefined };
}
