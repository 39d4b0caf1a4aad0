import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstall, installPackages } from "./install.ts";
import { openKeeper } from "./kept.ts";
import { givenUrl, isUnwanted, POSTGRES, REDIS, type Service, whyMissing } from "./service.ts";

// The test command: starts the services that tests need, runs `bun test` with them, and leaves no process and no directory behind.

const ROOT = "/";
const SERVICES = [POSTGRES, REDIS];
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** How long the tests have to end after a signal. */
const PATIENCE_MS = 5_000;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const isMissing = (service: Service) => whyMissing(service) !== null;

async function installMissing(signal: AbortSignal): Promise<void> {
  const packages = SERVICES.filter((service) => isMissing(service) && !isUnwanted(service)).map(
    ({ debianPackage }) => debianPackage,
  );
  if (packages.length === 0 || !canInstall(ROOT)) return;
  try {
    await installPackages(packages, { root: ROOT, say, signal });
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

/** Resolves to the exit code: that of `bun test`, or 128 + the number of the signal that ended it. */
async function runTests(args: readonly string[], signal: AbortSignal): Promise<number> {
  await installMissing(signal);
  const missing = SERVICES.filter(isMissing);
  const own = SERVICES.filter((service) => !isMissing(service) && givenUrl(service) === null);
  for (const service of missing) say(`tests that need ${service.name} cannot run: ${whyMissing(service)}`);
  await using everything = new AsyncDisposableStack();
  const keeper = await openKeeper("tests", "SIGKILL");
  everything.defer(keeper.close);
  const urls = await Promise.all(
    own.map(async (service) => {
      const { url, stop } = await service.start();
      everything.defer(stop);
      return [service.variable, url] as const;
    }),
  );
  const notRun = join(keeper.directory, "not-run");
  writeFileSync(notRun, "");
  // Files that only a service's tests reach have no coverage without it.
  const coverage = missing.length === 0 ? ["--coverage"] : [];
  const child = Bun.spawn([process.execPath, "test", ...coverage, "--timeout", "60000", ...args], {
    env: { ...process.env, ...Object.fromEntries(urls), TMPDIR: keeper.directory, TEST_NOT_RUN_FILE: notRun },
    stdio: ["inherit", "inherit", "inherit"],
  });
  const stop = () => {
    child.kill(signal.reason);
    setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS).unref();
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  const exitCode = await child.exited;
  tellNotRun(readFileSync(notRun, "utf8"));
  return exitCode;
}

function tellNotRun(lines: string): void {
  if (lines !== "") say(`\nThese tests did not run:\n${lines.trimEnd().replace(/^/gm, "  ")}`);
}

if (import.meta.main) {
  const controller = new AbortController();
  for (const name of SIGNALS) process.on(name, () => controller.abort(name));
  process.exitCode = await runTests(process.argv.slice(2), controller.signal);
}
