import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** What a timing rests on: without these a figure means nothing. */
function surroundings(command: string) {
  return {
    command,
    date: new Date().toISOString(),
    commit: git("rev-parse", "HEAD"),
    uncommitted_changes: git("status", "--porcelain", "--", ":/", ":!/profiles") !== "",
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    bun: Bun.version,
  };
}

function git(...args: readonly string[]): string {
  try {
    return execFileSync("git", args, { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** Where the evidence of a decision lies. */
export function profilePath(id: string, file: string): string {
  const folder = fileURLToPath(new URL(`../profiles/${id}/`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  return `${folder}${file}`;
}

export interface Table {
  readonly title: string;
  readonly notes: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Writes `<name>.json` and `<name>.md` to profiles/<id>/, and prints the table. */
export function writeReceipt(id: string, name: string, command: string, results: unknown, table: Table): void {
  const about = surroundings(command);
  const text = [
    `# ${table.title}`,
    "",
    `\`${command}\`, ${about.date.slice(0, 10)}, commit ${about.commit.slice(0, 12)}${about.uncommitted_changes ? " with uncommitted changes" : ""}, ${about.cpu}, ${about.cores} cores, Bun ${about.bun}, ${about.system}.`,
    "",
    ...table.notes.flatMap((note) => [`- ${note}`]),
    "",
    ...markdown(table),
    "",
  ].join("\n");
  writeFileSync(profilePath(id, `${name}.json`), `${JSON.stringify({ ...about, results }, null, 1)}\n`);
  writeFileSync(profilePath(id, `${name}.md`), text);
  console.log(text);
}

function markdown({ columns, rows }: Table): string[] {
  const all = [columns, ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${widths.map((width, at) => (row[at] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(columns), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)];
}

/** Milliseconds with three significant digits. */
export function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
