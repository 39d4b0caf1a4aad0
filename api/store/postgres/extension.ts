import type { Sql } from "postgres";
import { connectPlainly } from "./plain-connection.ts";

/**
 * Installs an extension in the database where the server has it and the login may: null, or why not. On a connection of its own, which the server
 * ends when the extension would have to be loaded at its start.
 */
export async function ensureExtension(sql: Sql, url: string, name: string): Promise<string | null> {
  const [found] = await sql<{ installed: boolean }[]>`
    SELECT installed_version IS NOT NULL AS installed FROM pg_available_extensions WHERE name = ${name}`;
  if (found === undefined || found.installed) return null;
  const own = connectPlainly(url);
  try {
    await own`CREATE EXTENSION IF NOT EXISTS ${own(name)}`;
    return null;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return `the server has ${name}, but it could not be installed in this database (${reason})`;
  } finally {
    await own.end({ timeout: 1 });
  }
}
