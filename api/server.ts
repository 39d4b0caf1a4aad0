import { readConfig } from "./config.ts";
import { jsonLog } from "./log.ts";
import { runUntilStopped } from "./serve.ts";

// The service as a process: settings from the environment, structured log on standard output.

const config = readConfig();
const log = jsonLog((text) => process.stdout.write(text));
if (config.ok) {
  process.exitCode = await runUntilStopped("serve", config.value, log);
} else {
  log({ level: "error", message: config.error.detail });
  process.exitCode = 2;
}
