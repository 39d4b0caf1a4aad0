import { readFileSync } from "node:fs";
import { err, ok, type Result } from "../core/result.ts";
import { parseParam } from "../core/strategies/params.ts";
import type { NumberParam } from "../core/strategies/strategy.ts";
import type { SettingKind } from "./settings.ts";

const ANY_NUMBER: NumberParam = { kind: "number", min: -Number.MAX_VALUE, max: Number.MAX_VALUE, default: 0, unit: "", doc: "" };
const SIGNAL_LINES = ["", "long", "short", "exit"];
const SIZING = /^([^:]*):(.*)$/s;
const SPLIT = /^(.+):([^:]*)$/s;

/** Text as the finite number it is; anything else stays text, for the field itself to refuse. */
export function numberOrText(text: string): number | string {
  const number = parseParam("", ANY_NUMBER, text, { numericStrings: true });
  return number.ok && typeof number.value === "number" ? number.value : text;
}

/**
 * The value of a request's field from what stands behind its flag.
 *
 * @param given  text, the list of texts of a repeatable flag, or what a switch is set to
 * @returns the value, or a message that holds what was given and what is allowed
 */
export function fieldValue(kind: SettingKind, given: unknown): Result<unknown, string> {
  if (kind === "texts") return ok(given);
  if (Array.isArray(given)) return listOf(given);
  if (typeof given !== "string" || kind === "text") return ok(given);
  if (kind === "signals") return signalsIn(given);
  return kind === "sizing" ? sizingOf(given) : ok(numberOrText(given));
}

/** A text file with one signal a line, an empty line for none; a first line `signal` is a heading. */
function signalsIn(path: string): Result<unknown, string> {
  try {
    const lines = readFileSync(path, "utf8")
      .replace(/\r?\n$/, "")
      .split(/\r?\n/);
    const words = lines.map((line) => line.trim().toLowerCase());
    const headed = words[0] === "signal" ? 1 : 0;
    const odd = words.findIndex((word, i) => i >= headed && !SIGNAL_LINES.includes(word));
    if (odd >= 0) return err(`line ${odd + 1} must be long, short, exit or nothing: got ${JSON.stringify(lines[odd])}`);
    return ok(words.slice(headed).map((word) => (word === "" ? null : word)));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return err(
      `must be a text file with one signal a line (long, short, exit or nothing): got ${JSON.stringify(path)}, ${reason}`,
    );
  }
}

function sizingOf(text: string): Result<unknown, string> {
  const parts = SIZING.exec(text);
  if (parts === null) return err(`must be percent_equity:1, shares:10, cash:2000 or the like: got ${JSON.stringify(text)}`);
  return ok({ type: parts[1], value: numberOrText(parts[2] ?? "") });
}

function listOf(texts: readonly unknown[]): Result<unknown, string> {
  const splits: unknown[] = [];
  for (const text of texts) {
    const parts = SPLIT.exec(String(text));
    if (parts === null) return err(`must be a day and a ratio such as 2020-08-31:4: got ${JSON.stringify(text)}`);
    splits.push({ time: parts[1], ratio: numberOrText(parts[2] ?? "") });
  }
  return ok(splits);
}
