import type { AppError, Finding } from "../../core/errors.ts";
import { refuse } from "../../core/requests/findings.ts";
import { shown } from "../../core/shown.ts";

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The query parameters of one URL. Each method takes a parameter that the route knows: its value, or null where it is not given or not allowed;
 * what is wrong is kept for `refusal`, which comes last.
 */
export class Query {
  private readonly given = new Map<string, string>();
  private readonly known: string[] = [];
  private readonly findings: Finding[] = [];

  constructor(url: string) {
    const start = url.indexOf("?");
    if (start === -1) return;
    for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
      if (this.given.has(name)) this.refuse(name, `${name} is given twice`);
      else this.given.set(name, value);
    }
  }

  /** @param allowed for the message; @param read undefined for what is not allowed */
  value<T>(name: string, allowed: string, read: (text: string) => T | undefined): T | null {
    this.known.push(name);
    const text = this.given.get(name);
    if (text === undefined) return null;
    const value = read(text);
    if (value !== undefined) return value;
    this.refuse(name, `${name} must be ${allowed}: got ${shown(text)}`);
    return null;
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | null {
    return this.value(name, `one of ${choices.join(", ")}`, (text) => choices.find((choice) => choice === text));
  }

  whole(name: string, least: number, most: number): number | null {
    return this.value(name, `a whole number from ${least} to ${most}`, (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : undefined;
    });
  }

  number(name: string): number | null {
    return this.value(name, "a number", (text) =>
      NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined,
    );
  }

  flag(name: string): boolean | null {
    return this.value(name, "true or false", (text) => (text === "true" ? true : text === "false" ? false : undefined));
  }

  /** What the parameters are refused for: `invalid_request` with a finding for each that is unknown, given twice or not allowed; or null. */
  refusal(): AppError | null {
    const allowed = this.known.length === 0 ? "there are none here" : `there are ${this.known.join(", ")}`;
    for (const name of this.given.keys()) {
      if (!this.known.includes(name)) this.refuse(name, `${shown(name)} is not a query parameter; ${allowed}`);
    }
    return this.findings.length > 0 ? refuse(this.findings).error : null;
  }

  private refuse(path: string, message: string): void {
    this.findings.push({ path, message });
  }
}

/** Null for a URL without query parameters. Errors: `invalid_request` naming each. */
export function refusedQuery(url: string): AppError | null {
  return url.includes("?") ? new Query(url).refusal() : null;
}
