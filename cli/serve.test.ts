import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "./program.ts";
import { greeter } from "./serve.ts";
import { plainLog } from "./serve-log.ts";
import { backgrid, freshPath, recorder } from "./test-session.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const started: Bun.Subprocess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** The service as a process of its own, on a free port: its address, and how it ends. */
async function serving(...args: readonly string[]) {
  const dataDir = freshPath("data");
  const child = Bun.spawn(
    [process.execPath, MAIN, "serve", "--port", "0", "--concurrency", "1", "--data-dir", dataDir, ...args],
    {
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  started.push(child);
  const lines: Record<string, unknown>[] = [];
  const { promise: url, resolve } = Promise.withResolvers<string>();
  const read = (async () => {
    let rest = "";
    for await (const bytes of child.stdout) {
      const parts = (rest + new TextDecoder().decode(bytes)).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const line = JSON.parse(part);
        lines.push(line);
        if (typeof line.url === "string") resolve(line.url);
      }
    }
    resolve("");
  })();
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await read;
    return { exitCode: await child.exited, errors: await new Response(child.stderr).text() };
  };
  return { url: await url, dataDir, lines, stop };
}

describe("serve", () => {
  test("listens on a free port, runs a backtest, and ends with 0 when it is told to", async () => {
    const { url, dataDir, lines, stop } = await serving();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const body = JSON.stringify({ source: "sample", symbol: "SAMPLE-TREND", strategy: "buy_and_hold", equity_points: "none" });
    const answer = await fetch(`${url}/api/v1/jobs`, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(answer.status).toBe(200);
    const { job_id, result_hash } = JSON.parse(await answer.text());

    // Another process looks into the same store while the service runs.
    const verified = await backgrid(["verify", job_id, "--data-dir", dataDir, "--json"]);
    expect(JSON.parse(verified.out)).toMatchObject({ match: true, expected: result_hash });

    expect(await stop("SIGTERM")).toEqual({ exitCode: 0, errors: "" });
    expect(lines.map(({ message, route }) => message ?? route)).toEqual([
      "listening",
      "/health",
      "/api/v1/jobs",
      "SIGTERM: finishing what runs",
      "stopped",
    ]);
  });

  test("ends with 1 where the data folder cannot be used", async () => {
    const taken = freshPath("taken");
    writeFileSync(taken, "");
    const terminal = recorder();
    expect(await runCli(["serve", "--port", "0", "--data-dir", taken], terminal)).toBe(1);
    await Bun.sleep(1);
    const { level, message } = JSON.parse(terminal.told().out);
    expect({ level, message }).toEqual({ level: "error", message: expect.stringContaining(taken) });
  });

  test("refuses wrong flags with 2 before it makes anything", async () => {
    const dataDir = freshPath("data");
    const args = ["serve", "--port", "80x", "--concurrency", "0", "--data-dir", dataDir];
    const { exitCode, out, errors } = await backgrid(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(errors).toContain('--port must be a whole number from 0 to 65535: got "80x"');
    expect(errors).toContain('--concurrency must be a whole number from 1 to 64: got "0"');
    const problem = JSON.parse((await backgrid([...args, "--json"])).out);
    expect(problem).toMatchObject({
      status: 400,
      code: "invalid_request",
      errors: [{ path: "--port" }, { path: "--concurrency" }],
    });
    expect(existsSync(join(dataDir, "backgrid.sqlite"))).toBe(false);
  });

  test("listens to other machines only where that is said", async () => {
    const { exitCode, errors } = await backgrid(["serve", "--host", "0.0.0.0", "--port", "0"], { interactive: true });
    expect(exitCode).toBe(1);
    expect(errors).toContain("0.0.0.0 can be reached by other machines");
  });
});

describe("on a terminal", () => {
  test("the greeting names the address, the data folder, and a request to try", () => {
    const terminal = recorder();
    greeter({ dataDir: "/var/x" }, terminal)("http://127.0.0.1:8000");
    const { out: text } = terminal.told();
    expect(text).toStartWith("Backgrid listens on http://127.0.0.1:8000\njobs, datasets and fetched prices are kept in /var/x;");
    expect(text).toContain("curl -s http://127.0.0.1:8000/api/v1/jobs -H");
    const body = /-d '(.*)'/.exec(text)?.[1] ?? "";
    expect(JSON.parse(body)).toEqual({ source: "sample", symbol: "SAMPLE-TREND", strategy: "ma_crossover" });
  });

  test("each request is a line, errors go to the other stream, and the address is left to the greeting", () => {
    const terminal = recorder();
    const log = plainLog(terminal, () => new Date(2026, 0, 2, 3, 4, 5));
    log({ level: "info", message: "listening", url: "http://127.0.0.1:1" });
    log({ level: "info", request_id: "r", method: "POST", route: "/api/v1/jobs", status: 200, ms: 3.21, job_id: "j" });
    log({ level: "error", message: "the disk is full" });
    expect(terminal.told()).toEqual({
      out: "03:04:05 POST /api/v1/jobs 200 3.2 ms job j\n",
      errors: "03:04:05 error: the disk is full\n",
    });
  });
});
