import type { AppError, Finding } from "../core/errors.ts";
import { refuse } from "../core/requests/findings.ts";
import { ok, type Result } from "../core/result.ts";
import { answerOf, drawdowns, type Receipt, TRADE_COLUMNS, timeOf } from "../core/run/answer.ts";
import type { Run } from "../core/run/backtest.ts";
import { shown } from "../core/shown.ts";
import { csvCell } from "./csv-cell.ts";
import { type AskedFile, fileClashes, pathOf } from "./files.ts";
import type { GivenFlags } from "./given-flags.ts";

/** What a run leaves besides its report. `trades` is how many of the last trades the report lists. */
export interface OutputChoices {
  readonly csv: string | null;
  readonly tradesCsv: string | null;
  readonly trades: number;
}

const LISTED_TRADES = 10;

/** Errors: `invalid_request` for a number of trades that is none, and for files that would overwrite one another. */
export function parseOutput(flags: GivenFlags): Result<OutputChoices, AppError> {
  const findings: Finding[] = [];
  const trades = tradeCount(flags.get("--trades"));
  if (trades === null) {
    const message = `--trades must be a whole number of at least 1, or all: got ${shown(flags.get("--trades"))}`;
    findings.push({ path: "--trades", message });
  }
  findings.push(...fileClashes(flags, ["--file", "--csv", "--trades-csv"]));
  if (findings.length > 0) return refuse(findings);
  return ok({ csv: pathOf(flags.get("--csv")), tradesCsv: pathOf(flags.get("--trades-csv")), trades: trades ?? 0 });
}

function tradeCount(given: unknown): number | null {
  if (given === undefined) return 0;
  if (given === true) return LISTED_TRADES;
  if (given === "all") return Number.POSITIVE_INFINITY;
  return typeof given === "string" && /^[1-9]\d{0,8}$/.test(given) ? Number(given) : null;
}

/** The files of a run. */
export function filesOf(run: Run, receipt: Receipt, { csv, tradesCsv }: OutputChoices): readonly AskedFile[] {
  return [
    { flag: "--csv", path: csv, content: () => equityCsv(run) },
    { flag: "--trades-csv", path: tradesCsv, content: () => tradeCsv(run, receipt) },
  ];
}

/** One row per bar, numbers in full precision, an undefined one empty. */
function equityCsv(run: Run): string {
  const falls = drawdowns(run.curve);
  const { equity } = run.simulation;
  const lines = ["time,equity,drawdown,benchmark_equity"];
  for (let bar = 0; bar < equity.length; bar++) {
    lines.push([timeOf(run, bar), equity[bar]!, falls[bar]!, run.benchmarkEquity[bar]!].map(csvCell).join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** One row per closed trade, headed by the names of the answer. */
function tradeCsv(run: Run, receipt: Receipt): string {
  const { trades } = answerOf(run, receipt);
  const lines = trades.map((trade) => TRADE_COLUMNS.map((name) => csvCell(trade[name])).join(","));
  return `${[TRADE_COLUMNS.join(","), ...lines].join("\n")}\n`;
}
