import type { Command } from "commander";
import { BarCache } from "../api/compute/bar-cache.ts";
import { runBacktestTask } from "../api/compute/run-task.ts";
import { isJobId, LOCAL_USER } from "../api/ids.ts";
import { type Comparison, rerun, resultOf } from "../api/rerun.ts";
import { wireEngine } from "../api/wiring.ts";
import { type AppError, fail } from "../core/errors.ts";
import { refuse } from "../core/requests/findings.ts";
import type { Result } from "../core/result.ts";
import { judge } from "../core/run/judged-series.ts";
import { shown } from "../core/shown.ts";
import { EXIT_OK, EXIT_OTHER, reportFailure } from "./failure.ts";
import { type GivenFlags, givenFlags } from "./given-flags.ts";
import { styles } from "./report/style.ts";
import { addServiceFlags, configWith } from "./service-flags.ts";
import { withStored } from "./stored.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
Runs a finished job of the data folder again, on the bars that were stored with
it, and compares the hash of the result, which covers bars, strategy, settings,
fills and equity. It is the same on every engine.

Examples:
  backgrid verify 01938f2e-6c00-7a4b-8c1d-3f5e7a9b2c4d
  backgrid verify 01938f2e-6c00-7a4b-8c1d-3f5e7a9b2c4d --engine ts --json

Exit codes: 0 the same, 1 not the same or anything else, 2 bad input, 3 no such job.`;

/** The command `verify`: a stored job once more, its result compared. */
export function defineVerify(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  command.argument("<job_id>", "the job_id of an answer");
  addServiceFlags(command, "--data-dir", "--engine")
    .option("--json", "print the API's answer")
    .addHelpText("after", HELP)
    .action(async (id: string) => {
      const flags = givenFlags(command);
      const json = flags.has("--json");
      const compared = await verify(id, flags);
      if (!compared.ok) return done(reportFailure(compared.error, terminal, json));
      terminal.write(json ? `${JSON.stringify(compared.value)}\n` : report(id, compared.value, terminal));
      done(compared.value.match ? EXIT_OK : EXIT_OTHER);
    });
}

/** Errors: `invalid_request` for an id that is none, `not_found` for a job that is not there, those of the engine and of `rerun`. */
async function verify(id: string, flags: GivenFlags): Promise<Result<Comparison, AppError>> {
  if (!isJobId(id)) {
    const message = `the job id must look like 01938f2e-6c00-7a4b-8c1d-3f5e7a9b2c4d: got ${shown(id)}`;
    return refuse([{ path: "job_id", message }]);
  }
  const config = configWith(flags);
  if (!config.ok) return config;
  const missing = `there is no job ${id}`;
  return withStored(config.value, missing, async ({ jobs, bars: vault }) => {
    const job = await jobs.find(LOCAL_USER, id);
    if (job === undefined) return fail("not_found", `${missing} in ${JSON.stringify(config.value.dataDir)}`);
    const result = await resultOf(jobs, LOCAL_USER, job);
    if (!result.ok) return result;
    const wired = await wireEngine(config.value.engine);
    if (!wired.ok) return wired;
    const nowMs = () => Date.now();
    const parts = { ...wired.value, vault, cache: new BarCache(0), judge, faults: false };
    return rerun(job, result.value.resultHash, {
      ...{ nowMs, faults: [] },
      run: (task) => runBacktestTask(task, parts),
    });
  });
}

function report(id: string, { match, expected, actual, engine }: Comparison, { colours }: Terminal): string {
  const { bold, dim, green, red } = styles(colours);
  const lines = match
    ? [`${green("same result")}  job ${id} on its stored bars`, dim(`result ${expected}`)]
    : [red("NOT THE SAME RESULT"), `job ${id} on its stored bars`, `stored ${expected}`, `now    ${actual}`];
  return `${[bold(lines[0] ?? ""), ...lines.slice(1), dim(`engine ${engineName(engine)}`)].join("\n")}\n`;
}

function engineName(engine: unknown): string {
  const told = typeof engine === "object" && engine !== null && "name" in engine && "version" in engine;
  return told ? `${engine.name} ${engine.version}` : "unknown";
}
