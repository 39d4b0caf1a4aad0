import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Flags for bun: at its end the process writes a profile into the folder. */
export function profileFlags(folder: string): readonly string[] {
  return ["--cpu-prof", "--cpu-prof-md", `--cpu-prof-dir=${folder}`];
}

/** The first rows of the self-time table in that folder, without the paths of this machine. @throws {Error} when there is none */
export function selfTimeRows(folder: string, rows: number): readonly string[] {
  const file = readdirSync(folder).find((name) => name.endsWith(".md"));
  if (file === undefined) throw new Error("the profiler wrote nothing");
  const lines = readFileSync(join(folder, file), "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith("| Self%"));
  return lines.slice(start, start + 2 + rows).map((line) => line.replaceAll(ROOT, ""));
}
