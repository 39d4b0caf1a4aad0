import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startServer, type TestServer } from "../api/test-server.ts";
import { parseJob } from "../core/requests/job.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(join(ROOT, "docs/api.md"), "utf8");
const EXAMPLE = /```sh\n(curl [\s\S]*?)```\n\n```(json|text)\n([\s\S]*?)```/g;
const examples = [...PAGE.matchAll(EXAMPLE)].map(([, command = "", form = "", shown = ""]) => ({ command, form, shown }));

const folder = mkdtempSync(join(tmpdir(), "backgrid-api-page-"));
let server: TestServer;
/** The last id that was printed. */
let id = "";

beforeAll(async () => {
  cpSync(join(ROOT, "examples"), join(folder, "examples"), { recursive: true });
  server = await startServer(join(folder, "data"));
});

afterAll(async () => {
  server.kill("SIGKILL");
  await server.ended;
  rmSync(folder, { recursive: true, force: true });
});

/** White space in JSON is for reading; in text only line ends differ. */
function plain(text: string, form: string): string {
  return form === "json" ? text.replace(/\s+/g, "") : text.replaceAll("\r\n", "\n").trim();
}

/** What is shown as a pattern: `…` is anything. */
function patternOf(shown: string): RegExp {
  const literal = shown.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join("[\\s\\S]*?")}$`);
}

describe("docs/api.md", () => {
  test.each(examples.map((example) => [example.command.split("\n")[0] ?? "", example] as const))(
    "shows what comes back: %s",
    async (_, { command, form, shown }) => {
      const child = Bun.spawn(["sh", "-c", command.replaceAll("localhost:8000", `localhost:${server.port}`)], {
        cwd: folder,
        env: { ...process.env, ID: id },
        stdout: "pipe",
        stderr: "pipe",
      });
      const [printed, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()]);
      expect(complaint).toBe("");
      id = /"(?:job|sweep|walk_forward|batch)_id":"([^"]+)"/.exec(printed)?.[1] ?? id;
      expect(plain(printed, form)).toMatch(patternOf(plain(shown, form)));
    },
  );

  test("has an output for every command but the one that is only shown, and the start", () => {
    expect(PAGE.match(/^```sh$/gm)).toHaveLength(examples.length + 1);
    expect(PAGE.match(/^```(json|text)$/gm)).toHaveLength(examples.length + 1);
  });

  test.each(readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".json")))(
    "examples/%s is a request that is understood",
    (name) => {
      expect(parseJob(JSON.parse(readFileSync(join(ROOT, "examples", name), "utf8")))).toMatchObject({ ok: true });
    },
  );

  test("its shortest request is an example, too", () => {
    const [, body = ""] = /^curl -X POST \S+ -d '(.*)'$/m.exec(PAGE) ?? [];
    expect(JSON.parse(body)).toEqual(JSON.parse(readFileSync(join(ROOT, "examples/yahoo-job.json"), "utf8")));
  });
});
