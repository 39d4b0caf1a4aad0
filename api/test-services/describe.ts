import { describe } from "bun:test";
import { POSTGRES, REDIS, type Service, tellNotRun, whyMissing } from "./service.ts";
import { testEnvironment } from "./test-environment.ts";

/** As `describe`, for tests that need PostgreSQL: where it cannot be had they are skipped and it is told; with CI=true they run, and fail. */
export function describeWithPostgres(name: string, body: () => void): void {
  describeWith([POSTGRES], name, body);
}

/** As `describeWithPostgres`, for Redis. */
export function describeWithRedis(name: string, body: () => void): void {
  describeWith([REDIS], name, body);
}

/** As `describeWithPostgres`, for tests that need both. */
export function describeWithServices(name: string, body: () => void): void {
  describeWith([POSTGRES, REDIS], name, body);
}

function describeWith(services: readonly Service[], name: string, body: () => void): void {
  const reasons = services.flatMap((service) => whyMissing(service) ?? []);
  const skip = reasons.length > 0 && testEnvironment().CI !== "true";
  if (skip) tellNotRun(`${name}: ${reasons.join("; ")}`);
  describe.skipIf(skip)(name, body);
}
