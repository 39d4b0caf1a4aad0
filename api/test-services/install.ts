import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What an installation needs of the outside. */
export interface InstallPorts {
  /** Where the system's files are: "/". */
  readonly root: string;
  /** Takes a line without its end. */
  readonly say: (line: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const NOTE = "# Written by Backgrid's test command for the time of an installation. If it is still here afterwards, remove it.";

/** Whether a user may install packages of Debian. */
export function canInstall(root: string, uid: number | undefined = process.getuid?.()): boolean {
  return uid === 0 && existsSync(aptGetOf(root));
}

const aptGetOf = (root: string) => join(root, "usr/bin/apt-get");

/**
 * Installs packages of Debian, without starting a service and without a PostgreSQL cluster of the system's.
 * @throws {Error} with the end of what apt-get said
 */
export async function installPackages(packages: readonly string[], { root, say, signal }: InstallPorts): Promise<void> {
  const aptGet = ["env", "DEBIAN_FRONTEND=noninteractive", aptGetOf(root), "-q", "-y", "-o", "DPkg::Lock::Timeout=120"];
  const install = [...aptGet, "install", "--no-install-recommends", ...packages];
  say(`installing ${packages.join(" and ")} (apt-get install), to be started by tests alone`);
  const release = holdServicesBack(root);
  try {
    if ((await run(install, signal)) === null) return;
    // The lists of packages may be missing, or older than the packages. What of them cannot be had may not be needed.
    await run([...aptGet, "update"], signal);
    const failure = await run(install, signal);
    if (failure !== null) throw new Error(failure);
  } finally {
    release();
  }
}

/** Writes what keeps the packages' scripts from starting anything; an administrator's own file stays. Returns what removes it. */
function holdServicesBack(root: string): () => void {
  const files = [
    ["usr/sbin/policy-rc.d", `#!/bin/sh\n${NOTE}\nkill -0 ${process.pid} 2>/dev/null && exit 101\nexit 0\n`],
    ["etc/postgresql-common/createcluster.d/backgrid-tests.conf", `${NOTE}\ncreate_main_cluster = false\n`],
  ] as const;
  const written: string[] = [];
  for (const [name, text] of files) {
    const path = join(root, name);
    if (existsSync(path) && !readFileSync(path, "utf8").includes(NOTE)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o755 });
    written.push(path);
  }
  return () => {
    for (const path of written) rmSync(path);
  };
}

/** Null when a command ends well, else how it ended and the end of what it said. */
async function run(command: readonly string[], signal: AbortSignal): Promise<string | null> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const said = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const exitCode = await child.exited;
  signal.removeEventListener("abort", stop);
  if (exitCode === 0) return null;
  const end = said.join("").trimEnd().split("\n").slice(-5).join("\n");
  return `${command.join(" ")} ended with ${child.signalCode ?? exitCode}:\n${end}`;
}
