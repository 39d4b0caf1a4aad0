import type { Config } from "./config.ts";
import type { Log } from "./parts.ts";
import { startService } from "./service.ts";

/** Runs the service until SIGTERM or SIGINT; a second signal ends it at once. Resolves to the exit code. */
export async function serveUntilStopped(config: Config, log: Log, ready?: (url: string) => void): Promise<number> {
  const service = await startService(config, log);
  if (!service.ok) {
    log({ level: "error", message: service.error.detail });
    return 1;
  }
  log({ level: "info", message: "listening", url: service.value.url, pid: process.pid });
  ready?.(service.value.url);
  const signal = await firstSignal();
  log({ level: "info", message: `${signal}: finishing what runs` });
  await service.value.stop();
  log({ level: "info", message: "stopped" });
  return 0;
}

function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (seen) process.exit(1);
        seen = true;
        resolve(signal);
      });
    }
  });
}
