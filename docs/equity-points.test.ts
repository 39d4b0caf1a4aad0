import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LOCAL_USER } from "../api/ids.ts";
import { openPostgres } from "../api/store/postgres/postgres.ts";
import { type EquityCase, openEquityCase } from "../api/store/postgres/test-equity.ts";
import { LEASE, testId, testJob, testOutput } from "../api/store/test-jobs.ts";
import { describeWithPostgres } from "../api/test-services/describe.ts";
import packageJson from "../package.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(join(ROOT, "docs/equity-points.md"), "utf8");
const blocks = (kind: string) =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text);

describeWithPostgres("docs/equity-points.md", () => {
  let db: EquityCase;
  const id = testId(1);
  beforeAll(async () => {
    db = await openEquityCase("plain");
    const stores = await openPostgres({ url: db.url });
    if (!stores.ok) throw new Error(stores.error.detail);
    const { jobs, close } = stores.value;
    await jobs.accept(LOCAL_USER, testJob(1), null, null);
    await jobs.take(LOCAL_USER, id, "1:1", LEASE);
    await jobs.finish(LOCAL_USER, id, 1, testOutput(5));
    await close();
  });
  afterAll(() => db.close());

  test("fills in older jobs with the program that it shows", async () => {
    const [program = ""] = blocks("ts");
    const folder = mkdtempSync(join(tmpdir(), "backgrid-points-"));
    const script = join(folder, "fill.ts");
    writeFileSync(script, program.replaceAll('from "./', `from "${ROOT}`));
    const child = Bun.spawn([process.execPath, script], { env: { ...process.env, DATABASE_URL: db.url }, stdout: "pipe" });
    expect([await child.stdout.text(), await child.exited]).toEqual(["1 jobs filled\n", 0]);
    rmSync(folder, { recursive: true });
    expect(await db.count("equity_points", [id])).toBe(5);
  });

  test("shows questions that are answered: for the job that it names, and for its symbol", async () => {
    const [questions = ""] = blocks("sql");
    expect(questions).toContain(id);
    const session = await db.sql.reserve();
    const answers = await session.unsafe(questions);
    session.release();
    const rows = answers.map((answer: Iterable<unknown>) => [...answer].length);
    // The user, all points, those after 2024, buckets, newest, months; what gives no rows comes first, as one.
    expect(rows).toEqual([0, 1, 5, 0, 5, 1, 1]);
  });

  test("shows how points expire and how the table moves", async () => {
    const [, expire = "", move = ""] = blocks("sql");
    const session = await db.sql.reserve();
    for (const statement of move.trim().split("\n")) await session.unsafe(statement);
    session.release();
    expect(await db.count("equity_points", [id])).toBe(5);
    expect<unknown>([...(await db.sql.unsafe(expire))]).toEqual([{ expire_equity_points: false }]);
    expect(await db.count("equity_points", [id])).toBe(0);
  });
});

describe("docs/equity-points.md", () => {
  test("names commands, functions and tables that exist", () => {
    const schema = readFileSync(join(ROOT, "migrations/postgres/0005_equity_points.sql"), "utf8");
    const called = [...PAGE.matchAll(/\b([a-z]+_[a-z_]*)\(/g)]
      .map(([, name = ""]) => name)
      .filter((name) => name !== "set_config");
    expect(called.filter((name) => !new RegExp(`(FUNCTION|PROCEDURE) ${name}\\(`).test(schema))).toEqual([]);
    expect(PAGE).toContain("bun run bench:equity");
    expect(packageJson.scripts).toHaveProperty("bench:equity");
  });
});
