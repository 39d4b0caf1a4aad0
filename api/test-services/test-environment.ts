/** The variables that tests and their command read. */
export interface TestEnvironment {
  /** The address of a server to use in the place of one's own, its user one that may make databases and roles; or "none". */
  readonly TEST_DATABASE_URL: string | undefined;
  /** As TEST_DATABASE_URL. */
  readonly TEST_REDIS_URL: string | undefined;
  /** A file that takes a line for every group of tests that cannot run. */
  readonly TEST_NOT_RUN_FILE: string | undefined;
  /** "true" makes a failure of tests that cannot run. */
  readonly CI: string | undefined;
}

/** The variables as they are now. */
export function testEnvironment(): TestEnvironment {
  const { TEST_DATABASE_URL, TEST_REDIS_URL, TEST_NOT_RUN_FILE, CI } = process.env;
  return { TEST_DATABASE_URL, TEST_REDIS_URL, TEST_NOT_RUN_FILE, CI };
}
