import { type Command, Option } from "commander";
import { importFile } from "../api/compute/import-file.ts";
import { LOCAL_USER } from "../api/ids.ts";
import { datasetOf, shownDataset } from "../api/shown-dataset.ts";
import type { AppError } from "../core/errors.ts";
import type { BarWarning } from "../core/gate/raw-bars.ts";
import type { Dataset } from "../core/jobs/store.ts";
import { isSymbol } from "../core/requests/backtest.ts";
import { refuse } from "../core/requests/findings.ts";
import { ok, type Result } from "../core/result.ts";
import { shown } from "../core/shown.ts";
import { EXIT_OK, reportFailure } from "./failure.ts";
import { fileSymbol, symbolless } from "./file-symbol.ts";
import { type GivenFlags, givenFlags, once } from "./given-flags.ts";
import { count, shortTime } from "./report/numbers.ts";
import { styles } from "./report/style.ts";
import { marked } from "./report/text.ts";
import { addServiceFlags, configWith } from "./service-flags.ts";
import { withStores } from "./stored.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
Stores the bars of a file as a dataset of the data folder, in the place of one
of the same symbol, as PUT /api/v1/datasets/{symbol} does.

Examples:
  backgrid import AAPL.csv
  backgrid import prices.parquet --symbol BRK-B --no-adjusted

Exit codes: 0 stored, 2 bad input, 3 bad data, 1 anything else.`;

interface Imported {
  readonly dataset: Dataset;
  readonly warnings: readonly BarWarning[];
  readonly replaced: boolean;
}

/** The command `import`: a CSV or Parquet file becomes a dataset. */
export function defineImport(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  command
    .argument("<file>", "a CSV or Parquet file with a time column and OHLC")
    .addOption(once(new Option("--symbol <name>", "what the bars are of (default: from the file's name)")))
    .option("--no-adjusted", "prices are as traded, not adjusted for splits");
  addServiceFlags(command, "--data-dir")
    .option("--json", "print the API's answer")
    .addHelpText("after", HELP)
    .action(async (path: string) => {
      const flags = givenFlags(command);
      const json = flags.has("--json");
      const imported = await importAsked(path, flags);
      if (!imported.ok) return done(reportFailure(imported.error, terminal, json));
      const { dataset, replaced } = imported.value;
      if (json) terminal.write(`${JSON.stringify({ ...shownDataset(dataset), replaced })}\n`);
      else terminal.write(report(imported.value, flags.get("--data-dir"), terminal));
      done(EXIT_OK);
    });
}

/** Errors: `invalid_request` for a symbol that is none, those of the file and of the store. */
async function importAsked(path: string, flags: GivenFlags): Promise<Result<Imported, AppError>> {
  const symbol = symbolOf(path, flags.get("--symbol"));
  if (!symbol.ok) return symbol;
  const config = configWith(flags);
  if (!config.ok) return config;
  const task = { path, symbol: symbol.value, adjusted: !flags.has("--no-adjusted"), nowMs: Date.now() };
  const file = await importFile({ kind: "import", ...task });
  if (!file.ok) return file;
  const dataset = datasetOf(file.value, task);
  return withStores(config.value, async ({ datasets }) => {
    const isNew = await datasets.put(LOCAL_USER, dataset, { hash: file.value.barsHash, bytes: file.value.bytes });
    return ok({ dataset, warnings: file.value.warnings, replaced: !isNew });
  });
}

function symbolOf(path: string, given: unknown): Result<string, AppError> {
  if (typeof given !== "string") {
    const symbol = fileSymbol(path);
    return symbol === null ? refuse([symbolless(path)]) : ok(symbol);
  }
  if (isSymbol(given.toUpperCase())) return ok(given.toUpperCase());
  const message = `--symbol must look like AAPL, BRK-B, ^GSPC or EURUSD=X: got ${shown(given)}`;
  return refuse([{ path: "--symbol", message }]);
}

function report({ dataset, warnings, replaced }: Imported, dataDir: unknown, { columns, colours }: Terminal): string {
  const { symbol, interval, adjusted, rows, from, to } = dataset;
  const { bold, dim, yellow } = styles(colours);
  const remarks = warnings.flatMap(({ message }) => marked("!", message, columns));
  const command = ["backgrid run --source dataset", `--symbol ${symbol}`, "--strategy ma_crossover"];
  if (!adjusted) command.push("--no-adjusted");
  if (typeof dataDir === "string") command.push(`--data-dir ${quoted(dataDir)}`);
  const lines = [
    `${bold(symbol)}  ${replaced ? "replaces the dataset that was stored" : "stored, a new dataset"}`,
    `${count(rows)} bars of ${interval}, ${shortTime(from)} to ${shortTime(to)}${adjusted ? "" : ", as traded"}`,
    ...remarks.map((line) => line.replace(/^!/, yellow("!"))),
    "",
    `${dim("Run it:")} ${command.join(" ")}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** A path as a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
