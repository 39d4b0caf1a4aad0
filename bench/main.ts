import { benchExact } from "./exact.ts";
import { benchKernels } from "./kernels/main.ts";
import { benchProfile } from "./profile.ts";
import { benchReading } from "./reading.ts";
import { benchRuntime } from "./runtime.ts";
import { benchStartup } from "./startup.ts";
import { benchVolatility } from "./volatility.ts";

// `bun run bench [suite ...]` makes the receipts of profiles/; without names all suites run, one after the other.

const suites: Readonly<Record<string, () => void | Promise<void>>> = {
  runtime: benchRuntime,
  engines: () => benchKernels(5),
  profile: benchProfile,
  volatility: benchVolatility,
  exact: benchExact,
  startup: benchStartup,
  reading: benchReading,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  process.stderr.write(`unknown suite ${unknown.join(", ")}; there are ${Object.keys(suites).join(", ")}\n`);
  process.exit(2);
}
for (const [name, suite] of Object.entries(suites)) if (asked.length === 0 || asked.includes(name)) await suite();
