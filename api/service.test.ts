import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, readConfig } from "./config.ts";
import { runUntilStopped } from "./serve.ts";
import { startService } from "./service.ts";

const folder = mkdtempSync(join(tmpdir(), "backgrid-service-"));
afterAll(() => rmSync(folder, { recursive: true }));

let folders = 0;
function configOf(env: Readonly<Record<string, string>> = {}): Config {
  const standard = { PORT: "0", CONCURRENCY: "1", SHUTDOWN_MS: "5000", DATA_DIR: join(folder, String(folders++)) };
  const config = readConfig({ ...standard, ...env });
  if (!config.ok) throw new Error(config.error.detail);
  return config.value;
}

/** What a run logs, and a log to give it. */
function journal() {
  const entries: Readonly<Record<string, unknown>>[] = [];
  return { entries, log: (entry: Readonly<Record<string, unknown>>) => void entries.push(entry) };
}

const JOB = { symbol: "SAMPLE-TREND", source: "sample", strategy: "ma_crossover", start: "2020-01-01" };
const post = (url: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${url}/api/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

async function started(config: Config) {
  const service = await startService(config, () => {});
  if (!service.ok) throw new Error(service.error.detail);
  return service.value;
}

describe("a service", () => {
  test("answers with a whole curve on a real socket, and what it stored is there after a restart", async () => {
    const config = configOf();
    const first = await started(config);
    expect((await fetch(`${first.url}/ready`)).status).toBe(200);
    const answer = await post(first.url, JOB);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text.length).toBeGreaterThan(50_000);
    await first.stop();
    const second = await started(config);
    const { job_id } = JSON.parse(text);
    expect(await (await fetch(`${second.url}/api/v1/jobs/${job_id}`)).text()).toBe(text);
    const verified = await fetch(`${second.url}/api/v1/jobs/${job_id}/verify`, { method: "POST" });
    expect(await verified.json()).toMatchObject({ match: true, expected: JSON.parse(text).result_hash });
    await second.stop();
  });

  test("gives the same result hash on either engine", async () => {
    const hashes: unknown[] = [];
    for (const engine of ["ts", "wasm"]) {
      const service = await started(configOf({ ENGINE: engine }));
      const answer: unknown = await (await post(service.url, { ...JOB, equity_points: "none" })).json();
      expect(answer).toMatchObject({ engine: { name: engine } });
      hashes.push(Reflect.get(Object(answer), "result_hash"));
      await service.stop();
    }
    expect(hashes[0]).toBe(hashes[1]);
  });

  test("runs what was accepted and not waited for before it stops", async () => {
    const config = configOf();
    const first = await started(config);
    const answer: unknown = await (await post(first.url, JOB, { prefer: "respond-async" })).json();
    const id = String(Reflect.get(Object(answer), "job_id"));
    await Promise.all([first.stop(), first.stop()]);
    const second = await started(config);
    for (let status = ""; status !== "completed"; await Bun.sleep(20)) {
      const job: unknown = await (await fetch(`${second.url}/api/v1/jobs/${id}`)).json();
      status = String(Reflect.get(Object(job), "status"));
      expect(["queued", "running", "completed"]).toContain(status);
    }
    await second.stop();
  });

  test("throws away uploads that a dead process left", async () => {
    const config = configOf();
    mkdirSync(join(config.dataDir, "uploads"), { recursive: true });
    const left = join(config.dataDir, "uploads", "left.upload");
    writeFileSync(left, "x");
    const service = await started(config);
    expect(await Bun.file(left).exists()).toBe(false);
    await service.stop();
  });
});

describe("a service that cannot start says why", () => {
  test("on an address that others can reach, without leave", async () => {
    const refused = await startService(configOf({ HOST: "0.0.0.0" }), () => {});
    expect(refused).toMatchObject({
      ok: false,
      error: { code: "forbidden", detail: expect.stringContaining("ALLOW_ANONYMOUS=1") },
    });
  });

  test("where the data folder cannot be made", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const refused = await startService(configOf({ DATA_DIR: join(file, "data") }), () => {});
    expect(refused).toMatchObject({ ok: false, error: { code: "unavailable" } });
  });

  test("where the port is taken", async () => {
    const service = await started(configOf());
    const { port } = new URL(service.url);
    const refused = await startService(configOf({ PORT: port }), () => {});
    expect(refused).toMatchObject({
      ok: false,
      error: { code: "unavailable", detail: expect.stringContaining(`127.0.0.1:${port}`) },
    });
    await service.stop();
  });
});

describe("serving until a signal", () => {
  test("ends with 0 on SIGTERM and logs its address, the signal and the end", async () => {
    const { entries, log } = journal();
    const done = runUntilStopped("serve", configOf(), log, () => setTimeout(() => process.emit("SIGTERM"), 10));
    expect(await done).toBe(0);
    expect(entries.map(({ message }) => message)).toEqual(["listening", "SIGTERM: finishing what runs", "stopped"]);
    process.removeAllListeners("SIGTERM");
    process.removeAllListeners("SIGINT");
  });

  test("ends with 1 and a line in the log where it cannot start", async () => {
    const { entries, log } = journal();
    expect(await runUntilStopped("serve", configOf({ HOST: "0.0.0.0" }), log)).toBe(1);
    expect(entries).toEqual([{ level: "error", message: expect.stringContaining("HOST 0.0.0.0") }]);
  });
});
