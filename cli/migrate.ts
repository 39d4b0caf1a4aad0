import type { Command } from "commander";
import { migrateFleet } from "../api/serve.ts";
import { reportFailure } from "./failure.ts";
import { givenFlags } from "./given-flags.ts";
import { configWith } from "./service-flags.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
Makes the schema, or brings it up to date, in the database that DATABASE_URL
names; MIGRATION_DATABASE_URL may name a login of its own for that, which can
make roles and owns what it makes. It may be run at any time and by several at
once. SQLite needs none of it: its file is brought up to date when it is opened.

Exit codes: 0 up to date, 2 bad input, 1 anything else.`;

/** The command `migrate`: the schema of a fleet's database. */
export function defineMigrate(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  command
    .option("--json", "tell it as JSON")
    .addHelpText("after", HELP)
    .action(async () => {
      const json = givenFlags(command).has("--json");
      const config = configWith(new Map());
      const migrated = config.ok ? await migrateFleet(config.value) : config;
      if (!migrated.ok) return done(reportFailure(migrated.error, terminal, json));
      const { applied, notes } = migrated.value;
      const told = applied === 0 ? "The schema is up to date" : `Migrations applied: ${applied}`;
      terminal.write(`${json ? JSON.stringify({ applied, notes }) : [told, ...notes].join("\n")}\n`);
      done(0);
    });
}
