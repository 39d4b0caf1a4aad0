/** Whom a server runs as that refuses root. */
export interface ServerUser {
  /** Owner and group for its files; null where they are this process's own. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** What a command begins with, to be run as that user. */
  readonly command: readonly string[];
}

/**
 * The user itself; for root, `postgres` where it exists, else `nobody`.
 * @throws {Error} for root without setpriv (of util-linux)
 */
export function serverUser(uid: number | undefined = process.getuid?.()): ServerUser {
  if (uid !== 0) return { owner: null, command: [] };
  const setpriv = Bun.which("setpriv");
  if (setpriv === null) throw new Error("PostgreSQL refuses to run as root, and setpriv (of util-linux) is not installed");
  const owner = idsOf("postgres") ?? idsOf("nobody");
  if (owner === null) throw new Error("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody");
  return { owner, command: [setpriv, `--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"] };
}

function idsOf(user: string): ServerUser["owner"] {
  const [uid, gid] = ["-u", "-g"].map((flag) => Bun.spawnSync(["id", flag, user], { stderr: "ignore" }));
  if (uid?.success !== true || gid?.success !== true) return null;
  return { uid: Number(uid.stdout.toString()), gid: Number(gid.stdout.toString()) };
}
