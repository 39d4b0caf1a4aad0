import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { HTTP_STATUS } from "../api/http-errors.ts";
import { reportFailure } from "../cli/failure.ts";
import type { Terminal } from "../cli/terminal.ts";
import { appError, type ErrorCode } from "../core/errors.ts";

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
  const named = [...page.matchAll(/`((?:core|engine-ts|engine-wasm|data|api|cli|bench|docs)\/[a-z0-9/.-]+)`/g)];
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
});
