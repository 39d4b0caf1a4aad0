import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where packages put PostgreSQL when it is not on the path: Debian, Red Hat, Homebrew. */
const POSTGRES_FOLDERS = [
  "/usr/lib/postgresql/*/bin",
  "/usr/pgsql-*/bin",
  "/opt/homebrew/opt/postgresql@*/bin",
  "/usr/local/opt/postgresql@*/bin",
];

/** The folder with PostgreSQL's programs: that of the path, else the newest of these folders; null when there is none. */
export function findPostgres(
  patterns: readonly string[] = POSTGRES_FOLDERS,
  onPath: string | null = Bun.which("postgres"),
): string | null {
  const folders = onPath === null ? [] : [dirname(onPath)];
  for (const pattern of patterns) {
    folders.push(...globSync(pattern).sort((a, b) => b.localeCompare(a, "en", { numeric: true })));
  }
  return folders.find((folder) => ["postgres", "initdb"].every((name) => existsSync(join(folder, name)))) ?? null;
}

/** The path of redis-server; null when it is not installed. */
export function findRedis(): string | null {
  return Bun.which("redis-server");
}
