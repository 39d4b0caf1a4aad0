import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { HTTP_STATUS } from "../api/http-errors.ts";
import { reportFailure } from "../cli/failure.ts";
import type { Terminal } from "../cli/terminal.ts";
import { appError, type ErrorCode } from "../core/errors.ts";
import { JOB_STATUSES } from "../core/jobs/job.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = [
  "README.md",
  "DECISION_LOG.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync(join(ROOT, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
];
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The anchor that a heading of a page has. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");
}

function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
}

/** The links of a page that lead nowhere. */
function deadLinks(path: string): string[] {
  const page = read(path).replace(/```[\s\S]*?```/g, "");
  return [...page.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : normalize(join(path, "..", file));
    if (!existsSync(join(ROOT, target))) return [`${path}: ${link}`];
    return anchor === undefined || anchorsOf(read(target)).includes(anchor) ? [] : [`${path}: ${link}`];
  });
}

/** Paths in back quotes that look like a file of the project and are none. */
function lostFiles(path: string): string[] {
  const page = read(path).replace(/```[\s\S]*?```/g, "");
  const named = [
    ...page.matchAll(/`((?:core|engine-ts|engine-wasm|data|api|cli|bench|docs|examples|scripts|migrations)\/[a-z0-9/.-]+)`/g),
  ];
  return named.flatMap(([, file = ""]) => (existsSync(join(ROOT, file)) ? [] : [`${path}: ${file}`]));
}

describe("the pages", () => {
  test.each(PAGES)("%s has no link that leads nowhere and names no file that does not exist", (path) => {
    expect(deadLinks(path)).toEqual([]);
    expect(lostFiles(path)).toEqual([]);
  });
});

describe("docs/architecture.md", () => {
  const page = read("docs/architecture.md");

  test("gives the exit code and the HTTP status of every expected failure", () => {
    const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (\d) \| (\d{3}) \|/gm)].map((match) => match.slice(1, 4));
    const told = Object.keys(HTTP_STATUS)
      .filter((code): code is ErrorCode => Object.hasOwn(HTTP_STATUS, code))
      .map((code) => {
        let text = "";
        const terminal: Terminal = { write: (more) => (text += more), writeError: () => undefined, columns: 80, colours: false };
        const exit = reportFailure(appError(code, "why"), terminal, true);
        const problem: unknown = JSON.parse(text);
        return [code, String(exit), String(Reflect.get(Object(problem), "status"))];
      });
    expect(rows).toEqual(told);
  });

  test("names every folder of the project that holds code, and of the core", () => {
    const folders = (path: string) =>
      readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    const hidden = new Set(["node_modules", "coverage", "profiles"]);
    for (const name of folders(".").filter((name) => !name.startsWith(".") && !hidden.has(name)))
      expect(page).toContain(`| \`${name}\` |`);
    for (const name of folders("core")) expect(page).toContain(`\`core/${name}\``);
  });

  test("draws every table of the store, and every key from one to another", () => {
    const schema = readdirSync(join(ROOT, "migrations/sqlite"))
      .sort()
      .map((name) => read(`migrations/sqlite/${name}`));
    const db = new Database(":memory:");
    for (const text of schema) db.run(text);
    const tables = db.query<{ readonly name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const keys = db.query<{ readonly parent: string; readonly child: string }, []>(
      `SELECT DISTINCT keys."table" AS parent, tables.name AS child FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS keys`,
    );
    const drawn = [...page.matchAll(/^ {2}([a-z_]+) [|}o]+--[|{o]+ ([a-z_]+) :/gm)].map(
      ([, one = "", many = ""]) => `${one} ${many}`,
    );
    expect([...new Set(drawn.flatMap((pair) => pair.split(" ")))].toSorted()).toEqual(tables.map(({ name }) => name).toSorted());
    expect(keys.all().filter(({ parent, child }) => !drawn.includes(`${parent} ${child}`))).toEqual([]);
  });

  test("draws every state of a job", () => {
    const states = new Set([...page.matchAll(/^ {2}([a-z]+) --> /gm)].map(([, name = ""]) => name));
    expect([...states].toSorted()).toEqual(expect.arrayContaining([...JOB_STATUSES].toSorted()));
  });
});
