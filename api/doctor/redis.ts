import { RedisClient } from "bun";
import { within } from "../within.ts";
import { type Check, check, PATIENCE_MS, reasonOf, shownAddress } from "./check.ts";

/** The oldest that the queue's makers recommend. */
const LEAST_REDIS = "6.2.0";
/** Full beyond this share: with `noeviction` a full Redis takes no more. */
const FULL = 0.8;

/** What the Redis at an address says about itself. */
export async function redisChecks(address: string): Promise<readonly Check[]> {
  const shown = shownAddress(address);
  const client = new RedisClient(address, { connectionTimeout: PATIENCE_MS, autoReconnect: false });
  try {
    const told: unknown = await within(PATIENCE_MS, "the server", client.send("INFO", []));
    return infoChecks(shown, String(told));
  } catch (cause) {
    return [check("redis", "fail", `${shown} is not reachable: ${reasonOf(cause)}`)];
  } finally {
    client.close();
  }
}

/** @param told an answer to INFO: lines of `field:value` */
export function infoChecks(shown: string, told: string): readonly Check[] {
  const info = new Map(
    told.split(/\r?\n/).map((line): [string, string] => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1)]),
  );
  const version = info.get("redis_version") ?? "0.0.0";
  const isOld = Bun.semver.order(version, LEAST_REDIS) < 0;
  const found = `${version} at ${shown}`;
  return [
    check("redis", isOld ? "warn" : "ok", isOld ? `${found}: the queue is made for ${LEAST_REDIS} and newer` : found),
    evictionCheck(info.get("maxmemory_policy")),
    appendonlyCheck(info.get("aof_enabled") === "1"),
    memoryCheck(Number(info.get("used_memory")), Number(info.get("maxmemory"))),
  ];
}

function evictionCheck(policy: string | undefined): Check {
  if (policy === "noeviction") return check("redis_eviction", "ok", "maxmemory-policy is noeviction");
  return check(
    "redis_eviction",
    "fail",
    `maxmemory-policy is ${policy ?? "not told"}: what the queue keeps could be thrown away; CONFIG SET maxmemory-policy noeviction`,
  );
}

function appendonlyCheck(isOn: boolean): Check {
  if (isOn) return check("redis_appendonly", "ok", "on");
  return check(
    "redis_appendonly",
    "warn",
    "off: after a restart of Redis, jobs wait until they are rung again from the database; start it with --appendonly yes",
  );
}

/** @param limit bytes that Redis may take; 0: as many as there are */
function memoryCheck(used: number, limit: number): Check {
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  if (limit === 0) return check("redis_memory", "ok", `${mb(used)}, without a limit`);
  const found = `${mb(used)} of ${mb(limit)}`;
  return used > FULL * limit
    ? check("redis_memory", "warn", `${found}: when it is full, nothing more can be put into the queue`)
    : check("redis_memory", "ok", found);
}
