import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { z } from "zod";
import { startProgram } from "../api/test-server.ts";
import { findPostgres } from "../api/test-services/binaries.ts";
import { describeWithServices } from "../api/test-services/describe.ts";
import { type PostgresServer, startPostgres } from "../api/test-services/postgres.ts";
import { type RedisServer, startRedis } from "../api/test-services/redis.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(new URL("./deployment.md", import.meta.url), "utf8");
const compose = z
  .object({ services: z.record(z.string(), z.unknown()) })
  .parse(Bun.YAML.parse(readFileSync(join(ROOT, "docker-compose.yml"), "utf8")));
const fly = z
  .object({ processes: z.record(z.string(), z.string()) })
  .parse(Bun.TOML.parse(readFileSync(join(ROOT, "fly.toml"), "utf8")));
const answer = z.object({
  status: z.string(),
  checks: z.array(z.object({ name: z.string(), status: z.string(), detail: z.string() })),
});

function section(heading: string): string {
  return PAGE.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
}

/** The lines to be typed in under a heading. */
function typed(heading: string): string[] {
  return [...section(heading).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, lines = ""]) => lines.trim().split("\n"));
}

/** What the first column of the table under a heading names. */
function named(heading: string): string[] {
  return [...section(heading).matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  );
}

describe("docs/deployment.md", () => {
  test("tells every service of docker-compose.yml, and asks compose for those alone", () => {
    expect(named("With compose")).toEqual(Object.keys(compose.services));
    const asked = [...PAGE.matchAll(/docker compose (?:run --rm|exec|up -d --scale) (\w+)/g)].map(([, name = ""]) => name);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.filter((name) => !(name in compose.services))).toEqual([]);
  });

  test("makes a password for each that docker-compose.yml asks for", () => {
    const [, list = ""] = /for name in ([A-Z_ ]+);/.exec(typed("With compose")[0] ?? "") ?? [];
    const wanted = [...readFileSync(join(ROOT, "docker-compose.yml"), "utf8").matchAll(/\$\{(\w+):\?/g)].map(
      ([, name = ""]) => name,
    );
    expect(new Set(list.split(" "))).toEqual(new Set(wanted));
  });

  test("writes those passwords for nobody else to read", () => {
    const folder = mkdtempSync(join(tmpdir(), "backgrid-env-"));
    const { exitCode } = Bun.spawnSync(["sh", "-c", `${typed("With compose")[0]}; ls -l .env | grep -q '^-rw-------'`], {
      cwd: folder,
    });
    const lines = readFileSync(join(folder, ".env"), "utf8").trim().split("\n");
    rmSync(folder, { recursive: true });
    expect(exitCode).toBe(0);
    expect(lines.filter((line) => !/^[A-Z_]+_PASSWORD=[0-9a-f]{48}$/.test(line))).toEqual([]);
    expect(new Set(lines).size).toBe(3);
  });

  test("scales the groups that fly.toml has", () => {
    const scaled = typed("On Fly").find((line) => line.startsWith("fly scale count")) ?? "";
    expect([...scaled.matchAll(/(\w+)=\d+/g)].map(([, name = ""]) => name)).toEqual(Object.keys(fly.processes));
  });
});

describeWithServices("by hand, as docs/deployment.md tells it", () => {
  let database: PostgresServer;
  let redis: RedisServer;
  let folder: string;
  beforeAll(async () => {
    [database, redis] = await Promise.all([startPostgres(), startRedis({ appendonly: true })]);
    folder = mkdtempSync(join(tmpdir(), "backgrid-deployment-"));
    await administer("CREATE DATABASE backgrid");
  });
  afterAll(async () => {
    await Promise.all([database.stop(), redis.stop()]);
    rmSync(folder, { recursive: true });
  });

  const administer = async (...statements: readonly string[]) => {
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    for (const statement of statements) await sql.unsafe(statement);
    await sql.end();
  };
  const addressFor = (user: string) => {
    const url = new URL(database.url);
    return Object.assign(url, { username: user, password: user === "backgrid" ? "pass1" : "", pathname: "backgrid" }).href;
  };
  const environment = () => ({
    MIGRATION_DATABASE_URL: addressFor("postgres"),
    DATABASE_URL: addressFor("backgrid"),
    REDIS_URL: redis.url,
    DATA_DIR: folder,
    CONCURRENCY: "1",
    PORT: "0",
  });
  /** Carries out a line of the page in a shell; what is left open in it is `pass1`. */
  const run = async (line: string) => {
    const child = Bun.spawn(
      [
        "sh",
        "-c",
        line
          .replace(/\bbun /, `"${process.execPath}" `)
          .replaceAll("…", "pass1")
          .replaceAll("backgrid.dump", join(folder, "dump")),
      ],
      {
        cwd: ROOT,
        env: { ...process.env, ...environment(), PATH: `${findPostgres()}:${dirname(process.execPath)}:${process.env.PATH}` },
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const [out, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    return { line, exitCode: await child.exited, out, errors: errors.trim() };
  };
  const lines = typed("By hand").filter((line) => !line.startsWith("export "));
  const start = (line: string | undefined) =>
    startProgram((line?.replace("9101", "0").split(" ") ?? []).slice(1), { ...environment(), NODE_ENV: "production" });

  test("the schema, the login and a look at all of it come out well", async () => {
    const told = typed("By hand").flatMap((line) => /^export (\w+)=/.exec(line)?.[1] ?? []);
    expect(Object.keys(environment())).toEqual(expect.arrayContaining(told));
    for (const line of lines.slice(0, 3)) expect(await run(line)).toMatchObject({ line, exitCode: 0, errors: "" });
  });

  test("the doctor finds nothing to fail or to warn of, and names what the page lists", async () => {
    const [, second = ""] = typed("What is wrong");
    const { out, exitCode } = await run(second);
    const { checks } = answer.parse(JSON.parse(out));
    expect(checks.filter(({ status, name }) => (status === "warn" || status === "fail") && name !== "machine")).toEqual([]);
    expect(exitCode).toBe(0);
    const found = [...checks.map(({ name }) => name).filter((name) => name !== "mode" && name !== "yahoo")];
    expect(new Set(named("What is wrong"))).toEqual(new Set(found));
  });

  test("a worker and the service run a job, and end with 0 when they are told to", async () => {
    const worker = await start(lines[3]);
    const service = await start(lines[4]);
    const body = JSON.stringify({ source: "sample", symbol: "SAMPLE-TREND", strategy: "buy_and_hold", equity_points: "none" });
    const headers = { "content-type": "application/json", prefer: "wait=20" };
    const answered = await fetch(`${service.url}/api/v1/jobs`, { method: "POST", headers, body });
    expect(answered.status).toBe(200);
    for (const { kill } of [service, worker]) kill("SIGTERM");
    expect(await Promise.all([service.ended, worker.ended])).toEqual(["0", "0"]);
  });

  test("a backup comes back into an empty database", async () => {
    const [dump = "", restore = ""] = typed("Backup");
    expect(await run(dump)).toMatchObject({ exitCode: 0, errors: "" });
    await administer("DROP DATABASE backgrid WITH (FORCE)", "CREATE DATABASE backgrid");
    expect(await run(restore)).toMatchObject({ exitCode: 0, errors: "" });
    expect(await run(lines[2] ?? "")).toMatchObject({ exitCode: 0 });
    const sql = postgres(addressFor("postgres"), { max: 1 });
    expect([...(await sql`SELECT status FROM backgrid.jobs`)]).toEqual([{ status: "completed" }]);
    await sql.end();
  });
});
