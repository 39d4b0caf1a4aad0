import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Config, readConfig, wantsStacks } from "../api/config.ts";
import { readCopy, readDockerfile, readDockerignore } from "../bench/image/dockerfile.ts";
import { backgrid } from "../cli/test-session.ts";
import { VERSION } from "../core/version.ts";
import packageJson from "../package.json" with { type: "json" };

// What a container engine would read, read and judged here: image, compose file and Fly's file share one idea of which settings there are.

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

type Environment = Readonly<Record<string, string>>;
const FLEET = { DATABASE_URL: "postgres://a@127.0.0.1/b", REDIS_URL: "redis://127.0.0.1" };

/** Every variable that a process of a fleet asks for. */
function variablesRead(): ReadonlySet<string> {
  const names = new Set<string>();
  const env = new Proxy<Record<string, string>>(FLEET, {
    get(target, name) {
      names.add(String(name));
      return Reflect.get(target, name);
    },
  });
  readConfig(env);
  wantsStacks(env);
  return names;
}

/** The settings that an environment makes; throws for one that is refused, and for a variable that nobody reads. */
function settingsOf(env: Environment): Config {
  expect(Object.keys(env).filter((name) => !variablesRead().has(name))).toEqual([]);
  const config = readConfig(env);
  if (!config.ok) throw new Error(config.error.detail);
  return config.value;
}

const seconds = (text: string | undefined) => Number(/^(\d+)s$/.exec(text ?? "")?.[1]);

const stages = readDockerfile(read("Dockerfile"));
const last = stages.at(-1);
const steps = last?.steps ?? [];
const restOf = (name: string) => steps.find((step) => step.name === name)?.rest ?? "";
const imageEnvironment: Environment = Object.fromEntries(
  restOf("ENV")
    .split(" ")
    .map((pair) => pair.split("=")),
);

/** A command line after the image's entry point is one that the program knows. */
async function isKnown(args: readonly string[]): Promise<boolean> {
  const { exitCode, out } = await backgrid([...args, "--help"]);
  return exitCode === 0 && out.startsWith(`Usage: backgrid ${args[0]} `);
}

describe("Dockerfile", () => {
  test("rests on the Bun of the package, and on nothing else", () => {
    const [, version] = packageJson.packageManager.split("@");
    const names = stages.map(({ name }) => name);
    expect(stages.map(({ base }) => base).filter((base) => !names.includes(base))).toEqual(
      stages.flatMap(({ base }) => (names.includes(base) ? [] : [`oven/bun:${version}-slim`])),
    );
  });

  test("copies what exists and is not kept out", () => {
    const lets = readDockerignore(read(".dockerignore"));
    const sources = stages.flatMap(({ steps }) =>
      steps.flatMap(({ name, rest }) => {
        const { from, sources } = readCopy(rest);
        return name === "COPY" && from === null ? sources.filter((source) => source !== ".") : [];
      }),
    );
    expect(sources).toContain("bun.lock");
    expect(sources.filter((source) => !existsSync(join(ROOT, source)) || !lets(source))).toEqual([]);
  });

  test("has the patches of packages in place before they are installed", () => {
    const packages = stages.find(({ name }) => name === "packages")?.steps ?? [];
    const [patches, install] = ["patches", "bun install"].map((text) => packages.findIndex(({ rest }) => rest.includes(text)));
    expect(patches).toBeGreaterThan(-1);
    expect(install).toBeGreaterThan(patches ?? 0);
  });

  test("takes no package away that the project names", () => {
    const [, removed = ""] = /rm -rf ([^&]+)/.exec(read("Dockerfile").replaceAll("\\\n", " ")) ?? [];
    const names = removed.trim().split(/\s+/);
    expect(names.length).toBeGreaterThan(5);
    expect(Object.keys(packageJson.dependencies).filter((name) => names.some((gone) => name.split("/")[0] === gone))).toEqual([]);
  });

  test("ends with a user without rights, a folder to write to, and a command that the program knows", async () => {
    expect(restOf("USER")).toBe("bun");
    const { dataDir, host, port } = settingsOf({ ...imageEnvironment, ALLOW_ANONYMOUS: "1" });
    expect([restOf("VOLUME"), restOf("EXPOSE"), host]).toEqual([dataDir, String(port), "0.0.0.0"]);
    const [program, file = "", ...others] = JSON.parse(restOf("ENTRYPOINT"));
    expect([program, existsSync(join(ROOT, file)), others]).toEqual(["bun", true, []]);
    expect(await isKnown(JSON.parse(restOf("CMD")))).toBe(true);
  });

  test("asks for health with Bun: 0 where the service says it is alive, another code where not", async () => {
    const [, ...args]: string[] = JSON.parse(/CMD (\[.*)/.exec(restOf("HEALTHCHECK"))?.[1] ?? "[]");
    let status = 200;
    using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: ({ url }) => new Response(null, { status: url.endsWith("/health") ? status : 404 }),
    });
    const asked = async (env: Environment) =>
      Bun.spawn([process.execPath, ...args], { env: { ...process.env, ...env }, stderr: "ignore" }).exited;
    const port = String(server.port);
    expect(await asked({ PORT: port })).toBe(0);
    expect(await asked({ PORT: "1", WORKER_PORT: port })).toBe(0);
    status = 503;
    expect(await asked({ PORT: port })).not.toBe(0);
    expect(await asked({ PORT: "1" })).not.toBe(0);
  });
});

describe(".dockerignore", () => {
  test("lets in all that runs, and no test", () => {
    const lister = fileURLToPath(new URL("../bench/image.ts", import.meta.url));
    const files = Bun.spawnSync([process.execPath, lister, "--list"]).stdout.toString().trim().split("\n");
    const folders = new Set(files.map((path) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "")));
    expect([...folders].toSorted()).toEqual(
      ["", "api", "cli", "core", "data", "engine-ts", "engine-wasm", "migrations", "patches"].toSorted(),
    );
    expect(files).toEqual(
      expect.arrayContaining(["package.json", "api/server.ts", "cli/main.ts", "migrations/sqlite/0001_init.sql"]),
    );
    expect(files.filter((path) => /\.test\.ts$|\/vectors\//.test(path))).toEqual([]);
  });

  test("keeps out secrets, stores and what is made elsewhere", () => {
    const lets = readDockerignore(read(".dockerignore"));
    const outside = [".env", ".git/config", "node_modules/zod/index.js", ".backgrid/backgrid.sqlite", "coverage/lcov.info"];
    expect([...outside, "engine-wasm/build/engine.wasm", "backgrid.dump"].filter(lets)).toEqual([]);
  });
});

const service = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.union([z.object({ test: z.array(z.string()) }), z.object({ disable: z.literal(true) })]).optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  restart: z.string(),
  stop_grace_period: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
});
const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(Bun.YAML.parse(read("docker-compose.yml")));
const services = Object.entries(compose.services);
const own = services.filter(([, { image }]) => image.startsWith("backgrid:"));

/** As compose fills in variables: those without a default are `given`. */
function filled(text: string, given = "letters1"): string {
  return text.replace(/\$\{\w+(?::([-?])([^}]*))?\}/g, (_, kind?: string, standard?: string) =>
    kind === "-" ? (standard ?? "") : given,
  );
}

describe("docker-compose.yml", () => {
  test("has the parts of a fleet, each at a version that is written down", () => {
    expect(services.map(([name]) => name)).toEqual(["timescaledb", "redis", "migrate", "login", "api", "worker"]);
    expect(services.filter(([, { image }]) => !/:\d+\.\d+\.\d+(-[a-z0-9]+)?$/.test(image))).toEqual([]);
    expect(new Set(own.map(([, { image }]) => image))).toEqual(new Set([`backgrid:${VERSION}`]));
    expect(compose.services.timescaledb?.image).toMatch(/:2\.28\.\d+-pg15$/);
  });

  test("has no password, and asks for each where there is none", () => {
    const named = [...read("docker-compose.yml").matchAll(/\$\{(\w*PASSWORD)([^}]*)\}/g)];
    expect(new Set(named.map(([, name]) => name ?? ""))).toEqual(
      new Set(["POSTGRES_PASSWORD", "BACKGRID_DATABASE_PASSWORD", "REDIS_PASSWORD"]),
    );
    expect(named.filter(([, , rest = ""]) => !rest.startsWith(":?"))).toEqual([]);
    const secrets = services
      .flatMap(([, { environment }]) => Object.entries(environment))
      .filter(([name]) => /PASSWORD|AUTH/.test(name));
    expect(secrets.filter(([, value]) => !/^\$\{\w+:\?[^}]+\}$/.test(value))).toEqual([]);
  });

  test.each(own)("gives %s settings that it knows and takes, and a command that it has", async (_, { environment, command }) => {
    const values = Object.entries(environment).map(([name, value]) => [name, filled(value)]);
    const { fleet } = settingsOf({ ...imageEnvironment, ALLOW_ANONYMOUS: "1", ...Object.fromEntries(values) });
    expect([fleet?.databaseUrl, fleet?.redisUrl]).toEqual([
      "postgres://backgrid:letters1@timescaledb:5432/backgrid",
      "redis://:letters1@redis:6379",
    ]);
    expect(await isKnown(command ?? [])).toBe(true);
  });

  test("gives the superuser's password to the schema's service alone", () => {
    const holders = own.filter(([, { environment }]) => JSON.stringify(environment).includes("POSTGRES_PASSWORD"));
    expect(holders.map(([name]) => name)).toEqual(["migrate"]);
  });

  test("runs what is ours without rights, on a file system that it cannot change", () => {
    expect(own.map(([, { read_only, cap_drop }]) => [read_only, cap_drop])).toEqual(own.map(() => [true, ["ALL"]]));
  });

  test("starts nothing before what it needs", () => {
    const needs = services.flatMap(([name, { depends_on }]) =>
      Object.entries(depends_on).map(([other, { condition }]) => ({ name, other, condition })),
    );
    expect(needs.map(({ name, other }) => `${name}: ${other}`).toSorted()).toEqual(
      ["migrate: timescaledb", "login: migrate", "api: login", "api: redis", "worker: login", "worker: redis"].toSorted(),
    );
    for (const { other, condition } of needs) {
      const { restart, healthcheck } = compose.services[other] ?? {};
      if (condition === "service_healthy") expect(healthcheck).toHaveProperty("test");
      else expect([condition, restart]).toEqual(["service_completed_successfully", "no"]);
    }
  });

  test("keeps servers up, and gives them longer to end than they ask for", () => {
    const lasting = services.filter(([, { restart }]) => restart === "unless-stopped");
    expect(lasting.map(([name]) => name)).toEqual(["timescaledb", "redis", "api", "worker"]);
    for (const [name] of own.filter(([name]) => lasting.some(([one]) => one === name))) {
      const { environment, stop_grace_period } = compose.services[name] ?? {};
      expect(seconds(stop_grace_period) * 1000).toBeGreaterThan(Number(environment?.SHUTDOWN_MS));
    }
  });

  test("has a worker answer where its health is asked for", () => {
    expect(compose.services.worker?.environment).toHaveProperty("WORKER_PORT");
    expect(compose.services.api?.environment).not.toHaveProperty("WORKER_PORT");
  });

  test("has Redis keep a log and throw nothing away", () => {
    const command = compose.services.redis?.command?.join(" ");
    expect(command).toContain("--appendonly yes");
    expect(command).toContain("--maxmemory-policy noeviction");
  });

  test("publishes on this machine alone, and declares its volumes", () => {
    const ports = services.flatMap(([, { ports }]) => ports);
    expect(ports.map((port) => filled(port))).toEqual(["127.0.0.1:8000:8000"]);
    const mounted = services.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(":")[0] ?? ""));
    const files = mounted.filter((name) => name.startsWith("./"));
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(mounted.filter((name) => !name.startsWith("./"))).toEqual(Object.keys(compose.volumes));
  });
});

const check = z.object({ processes: z.array(z.string()), port: z.number(), path: z.string(), type: z.literal("http") });
const fly = z
  .looseObject({
    kill_signal: z.string(),
    kill_timeout: z.string(),
    build: z.object({ dockerfile: z.string() }),
    deploy: z.object({ release_command: z.string(), strategy: z.string() }),
    env: z.record(z.string(), z.string()),
    processes: z.record(z.string(), z.string()),
    checks: z.record(z.string(), check),
    vm: z.array(z.object({ processes: z.array(z.string()), memory: z.string() }).loose()),
  })
  .parse(Bun.TOML.parse(read("fly.toml")));

describe("fly.toml", () => {
  test("builds the image and runs commands that it has", async () => {
    expect(existsSync(join(ROOT, fly.build.dockerfile))).toBe(true);
    const commands = [...Object.values(fly.processes), fly.deploy.release_command];
    expect(commands).toEqual(["serve", "worker", "migrate"]);
    for (const command of commands) expect(await isKnown(command.split(" "))).toBe(true);
  });

  test("gives settings that are known and taken", () => {
    const { host, port, fleet } = settingsOf({ ...imageEnvironment, ...FLEET, ...fly.env });
    expect([host, port, fleet?.workerPort]).toEqual(["::", fly.checks.api?.port ?? 0, fly.checks.worker?.port ?? 0]);
  });

  test("asks each group whether it is ready, gives it a machine, and leaves it time to end", () => {
    const groups = Object.keys(fly.processes);
    expect(Object.values(fly.checks).map(({ processes, path }) => [processes, path])).toEqual(
      groups.map((name) => [[name], "/ready"]),
    );
    expect(fly.vm.flatMap(({ processes }) => processes)).toEqual(groups);
    expect(fly.kill_signal).toBe("SIGTERM");
    expect(seconds(fly.kill_timeout) * 1000).toBeGreaterThan(Number(fly.env.SHUTDOWN_MS));
  });

  test("opens nothing to the internet as long as nobody has to log in", () => {
    expect(Object.keys(fly).filter((name) => /^(services|http_service)$/.test(name))).toEqual([]);
  });
});
