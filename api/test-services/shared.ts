import { RedisClient } from "bun";
import postgres from "postgres";
import { givenUrl, POSTGRES, REDIS, type Service, whyMissing } from "./service.ts";

/** A database of one test. */
export interface TestDatabase {
  /** Of a superuser. */
  readonly url: string;
  /** Removes it, whoever is connected. */
  drop(): Promise<void>;
}

/** A place of one test in a Redis server, to which others write too: its keys and channels begin with the prefix. */
export interface TestRedis {
  readonly url: string;
  /** Letters, digits and "-". */
  readonly prefix: string;
  /** Removes the keys that begin with the prefix. */
  drop(): Promise<void>;
}

const started = new Map<Service, Promise<{ readonly url: string }>>();

/** The server that the environment gives, which is the test command's own or somebody's; without one, a server of this process, started once. */
async function shared(service: Service): Promise<{ readonly url: string }> {
  const given = givenUrl(service);
  if (given !== null) return { url: given };
  const why = whyMissing(service);
  if (why !== null) throw new Error(why);
  const server = started.get(service) ?? service.start();
  started.set(service, server);
  return server;
}

/** The PostgreSQL server of a test run. Roles are the server's: two tests that make the same one see each other's. */
export function sharedPostgres(): Promise<{ readonly url: string }> {
  return shared(POSTGRES);
}

/** The Redis server of a test run, without a file and with noeviction where it is our own. A test that restarts it starts its own. */
export function sharedRedis(): Promise<{ readonly url: string }> {
  return shared(REDIS);
}

/** A new, empty database on the shared server. */
export async function testDatabase(): Promise<TestDatabase> {
  const { url } = await sharedPostgres();
  const name = uniqueName("test_");
  await administer(url, `create database ${name} template template0`);
  const own = new URL(url);
  own.pathname = name;
  return { url: own.href, drop: () => administer(url, `drop database if exists ${name} with (force)`) };
}

async function administer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

/** A prefix that nobody else has, on the shared server. */
export async function testRedisUrl(): Promise<TestRedis> {
  const { url } = await sharedRedis();
  const prefix = uniqueName("test-");
  return { url, prefix, drop: () => removeKeys(url, prefix) };
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const client = new RedisClient(url);
  try {
    let cursor = "0";
    do {
      const [next, keys] = await client.scan(cursor, "MATCH", `${prefix}*`, "COUNT", 1000);
      if (keys.length > 0) await client.unlink(...keys);
      cursor = next;
    } while (cursor !== "0");
  } finally {
    client.close();
  }
}

function uniqueName(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}
