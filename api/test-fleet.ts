import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProgram, type TestProgram } from "./test-server.ts";
import { testDatabase, testRedisUrl } from "./test-services/shared.ts";

const PROGRAM = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

type Settings = Readonly<Record<string, string>>;

/** An HTTP process of a fleet. */
export interface TestFront extends TestProgram {
  readonly url: string;
}

/** Processes on one database and one Redis. */
export interface TestFleet {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
  /** Every line that a process logged. */
  readonly logged: readonly string[];
  serve(settings?: Settings): Promise<TestFront>;
  work(settings?: Settings): Promise<TestProgram>;
  /** Ends every process that was started, and takes away what they wrote. */
  end(): Promise<void>;
}

/** Where a fleet keeps what it has, instead of a place of its own on the shared servers. */
export interface Place {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
}

/** @param settings of every process of the fleet */
export async function testFleet(settings: Settings = {}, place?: Place): Promise<TestFleet> {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-fleet-"));
  const logged: string[] = [];
  const programs: TestProgram[] = [];
  const own = place === undefined ? { database: await testDatabase(), redis: await testRedisUrl() } : null;
  const { databaseUrl, redisUrl, prefix } = place ?? {
    databaseUrl: own?.database.url ?? "",
    redisUrl: own?.redis.url ?? "",
    prefix: own?.redis.prefix ?? "",
  };
  const common = {
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, REDIS_PREFIX: prefix, DATA_DIR: folder },
    ...{ CONCURRENCY: "1", THREADS: "1", DATABASE_CONNECTIONS: "6" },
    ...settings,
  };
  const start = async (command: string, more: Settings) => {
    const program = await startProgram([PROGRAM, command, "--json"], { ...common, ...more }, (line) => void logged.push(line));
    programs.push(program);
    return program;
  };
  return {
    ...{ databaseUrl, redisUrl, prefix, logged },
    async serve(more = {}) {
      const program = await start("serve", { PORT: "0", ...more });
      if (program.url === null) throw new Error("the service does not say where it listens");
      return { ...program, url: program.url };
    },
    work: (more = {}) => start("worker", more),
    async end() {
      for (const { kill } of programs) kill("SIGKILL");
      await Promise.all(programs.map(({ ended }) => ended));
      await own?.database.drop();
      await own?.redis.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
