import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "./program.ts";
import type { Terminal } from "./terminal.ts";

/** What a command line printed and how it ended. */
export interface Told {
  readonly exitCode: number;
  readonly out: string;
  readonly errors: string;
}

type Look = Partial<Omit<Terminal, "write" | "writeError">>;

/** A terminal that keeps what is written to it. */
export function recorder({
  columns = 80,
  colours = false,
  ...look
}: Look = {}): Terminal & { readonly told: () => Omit<Told, "exitCode"> } {
  let out = "";
  let errors = "";
  return {
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      errors += text;
    },
    columns,
    colours,
    ...look,
    told: () => ({ out, errors }),
  };
}

/** Runs a command line in this process. */
export async function backgrid(args: readonly string[], look?: Look): Promise<Told> {
  const terminal = recorder(look);
  const exitCode = await runCli(args, terminal);
  return { exitCode, ...terminal.told() };
}

/** Does something with other variables of the environment; undefined takes one away. */
export async function withEnvironment<T>(
  changes: Readonly<Record<string, string | undefined>>,
  work: () => Promise<T>,
): Promise<T> {
  const set = (values: Readonly<Record<string, string | undefined>>) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, process.env[name]]));
  try {
    set(changes);
    return await work();
  } finally {
    set(before);
  }
}

const folder = mkdtempSync(join(tmpdir(), "backgrid-cli-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** The path of a file that does not exist yet. */
export function freshPath(name: string): string {
  return join(mkdtempSync(join(folder, "f-")), name);
}

/** A new file with this text. */
export function fileOf(text: string, name = "BARS.csv"): string {
  const path = freshPath(name);
  writeFileSync(path, text);
  return path;
}

export const HEADER = "time,open,high,low,close,volume";

/** Daily bars over four days: buying 1,000 at the second open for 10 makes the equity 10000, 12000, 9000, 15000. */
export const FOUR_BARS = `${HEADER}
2024-01-02,10,10,10,10,100
2024-01-03,10,12,10,12,100
2024-01-04,12,12,9,9,100
2024-01-05,9,15,9,15,100
`;

/** Daily bars from 2020-01-01 on with these closes; each opens at the close before. */
export function barsFile(closes: readonly number[], name?: string): string {
  const rows = closes.map((close, i) => {
    const open = closes[Math.max(i - 1, 0)]!;
    const day = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
    return [day, open, Math.max(open, close), Math.min(open, close), close, 1000].join(",");
  });
  return fileOf(`${[HEADER, ...rows].join("\n")}\n`, name);
}

/** Closes that rise and fall: 60 bars on a wave around 100. */
export const WAVE: readonly number[] = Array.from({ length: 60 }, (_, i) => Math.round(10_000 + 1_500 * Math.sin(i / 4)) / 100);
