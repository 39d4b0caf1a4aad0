import { type Command, CommanderError, type Option } from "commander";
import { shown } from "../core/shown.ts";
import { EXIT_BAD_INPUT } from "./failure.ts";

/** The flags of a command as they were given, by flag; those not given are absent. */
export type GivenFlags = ReadonlyMap<string, unknown>;

export function givenFlags(command: Command): GivenFlags {
  const given = new Map<string, unknown>();
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (value === undefined || option.long === undefined) continue;
    // --fractional and --no-fractional share one value; each is given where the value is its own.
    const switched = typeof value !== "boolean" || value !== option.negate;
    if (switched) given.set(option.long, value);
  }
  return given;
}

/** A flag that may be given once, with a value that is not itself a flag. A switch takes no value, and may repeat. */
export function once(option: Option): Option {
  if (option.isBoolean() || option.negate) return option;
  return option.argParser((value: string, before: unknown) => {
    if (before !== undefined) refuseFlag(`${option.long} is given twice: ${shown(before)} and ${shown(value)}`);
    return needed(option, value);
  });
}

/** A flag that may be given again and again. */
export function listed(option: Option): Option {
  return option.argParser((value: string, before: unknown) => [...(Array.isArray(before) ? before : []), needed(option, value)]);
}

function needed(option: Option, value: string): string {
  if (value.startsWith("--")) refuseFlag(`${option.long} needs a value: got the flag ${value}`);
  return value;
}

function refuseFlag(message: string): never {
  throw new CommanderError(EXIT_BAD_INPUT, "backgrid.flag", message);
}
