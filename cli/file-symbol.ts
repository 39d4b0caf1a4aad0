import { basename, extname } from "node:path";
import type { Finding } from "../core/errors.ts";
import { isSymbol } from "../core/requests/backtest.ts";
import { shown } from "../core/shown.ts";

/** The symbol that a file's name tells: AAPL for AAPL.csv and for aapl_2020.csv; null where it starts like none. */
export function fileSymbol(path: string): string | null {
  const name = basename(path, extname(path)).toUpperCase();
  if (isSymbol(name)) return name;
  const start = /^\^?[A-Z0-9]{1,10}(?=_)/.exec(name)?.[0] ?? "";
  return isSymbol(start) ? start : null;
}

/** What to tell where the name of a file starts like no symbol. */
export function symbolless(path: string): Finding {
  const message = `--symbol is missing, and the name of ${shown(path)} does not start like a symbol; give one such as AAPL`;
  return { path: "--symbol", message };
}
