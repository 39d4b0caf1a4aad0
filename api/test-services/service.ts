import { appendFileSync } from "node:fs";
import { findPostgres, findRedis } from "./binaries.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import { testEnvironment } from "./test-environment.ts";

/** A service that tests need. */
export interface Service {
  readonly name: "PostgreSQL" | "Redis";
  /** The variable that gives the address of a server in the place of one's own, or "none". */
  readonly variable: "TEST_DATABASE_URL" | "TEST_REDIS_URL";
  readonly debianPackage: string;
  isInstalled(): boolean;
  start(): Promise<{ readonly url: string; stop(): Promise<void> }>;
}

export const POSTGRES: Service = {
  name: "PostgreSQL",
  variable: "TEST_DATABASE_URL",
  debianPackage: "postgresql",
  isInstalled: () => findPostgres() !== null,
  start: startPostgres,
};

export const REDIS: Service = {
  name: "Redis",
  variable: "TEST_REDIS_URL",
  debianPackage: "redis-server",
  isInstalled: () => findRedis() !== null,
  start: startRedis,
};

const NONE = "none";

/** The address that the environment gives for a service; null when it gives none. */
export function givenUrl({ variable }: Service): string | null {
  const text = testEnvironment()[variable] ?? "";
  return text === "" || text === NONE ? null : text;
}

/** Whether the environment says to do without a service, whatever is installed. */
export function isUnwanted({ variable }: Service): boolean {
  return testEnvironment()[variable] === NONE;
}

/** Why tests cannot have a service, and what helps; null when they can. */
export function whyMissing(service: Service): string | null {
  const { name, variable, debianPackage } = service;
  if (isUnwanted(service)) return `${variable} is "${NONE}"`;
  if (givenUrl(service) !== null || service.isInstalled()) return null;
  return `${name} is not installed (apt-get install ${debianPackage}), and ${variable} gives no server's address`;
}

/** Says which tests did not run and why, to the test command where it asks, for its last words; else at once. */
export function tellNotRun(line: string): void {
  const { TEST_NOT_RUN_FILE } = testEnvironment();
  if (TEST_NOT_RUN_FILE === undefined) process.stderr.write(`did not run: ${line}\n`);
  else appendFileSync(TEST_NOT_RUN_FILE, `${line}\n`);
}
