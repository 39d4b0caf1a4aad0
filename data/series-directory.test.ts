import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SERIES } from "./cache-kills.ts";
import { describeSeriesStore, standInWith } from "./series-behaviour.ts";
import { directorySeries, type ProcessNames } from "./series-directory.ts";

const PROCESS = fileURLToPath(new URL("./series-process-behaviour.ts", import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-series-"));
  folders.push(folder);
  return folder;
}

describeSeriesStore("directory", async () => {
  const folder = join(newFolder(), "cache");
  return {
    stores: [directorySeries(folder, Date.now, null), directorySeries(folder, Date.now, null)],
    command: [process.execPath, PROCESS, folder],
    close: async () => {},
  };
});

describe("a lock", () => {
  const TERM_MS = 1e9;
  const namesOf = (own: string): ProcessNames => ({ own, isDead: (name) => name === "dead" });
  const leaseOf = (folder: string, names: ProcessNames | null) => directorySeries(folder, Date.now, names).lease(SERIES, TERM_MS);

  test("of a dead process of this machine is taken at once", async () => {
    const folder = newFolder();
    expect(await leaseOf(folder, namesOf("dead")).take()).toBe(true);
    expect(await leaseOf(folder, null).take()).toBe(false);
    expect(await leaseOf(folder, namesOf("other")).take()).toBe(true);
    expect(await leaseOf(folder, namesOf("third")).take()).toBe(false);
    expect(readdirSync(folder).length).toBe(1);
  });

  test("of another machine, without a name or of no sense is not judged by it", async () => {
    for (const word of ["0 elsewhere dead", `0 ${hostname()} `, "", "dead"]) {
      const folder = newFolder();
      await leaseOf(folder, null).take();
      writeFileSync(join(folder, readdirSync(folder)[0] ?? ""), word);
      expect(await leaseOf(folder, namesOf("other")).take()).toBe(false);
    }
  });
});

describe("without room on the disk", () => {
  /** Shells that run a program on a folder without room for 300 KiB, then list what is in it; disks exist for that shell alone. */
  const DISK = ["unshare", "-rm", "sh", "-c"];
  const mount = 'mount -t tmpfs -o size=64k none "$0"';
  const cases = [
    ["a limit on files", ["sh", "-c", 'trap "" XFSZ; ulimit -f 64; "$@"; ls -A "$0"'], "EFBIG: file too large", ""],
    ["a small disk", [...DISK, `${mount} && "$@"; ls -A "$0"`], "ENOSPC: no space left on device", ""],
    ["a full disk", [...DISK, `${mount} && (yes >"$0/full" || "$@"; ls -A "$0")`], "ENOSPC: no space left on device", "full\n"],
  ] as const;
  const probe = newFolder();
  const hasDisks = Bun.which("unshare") !== null && Bun.spawnSync([...DISK, mount, probe]).success;
  if (!hasDisks) process.stderr.write("not tested here, for want of leave to mount: a small disk, a full disk\n");

  test.each(cases.filter(([, [program]]) => hasDisks || program === "sh"))(
    "bars are answered, the problem is told and nothing of the entry stays: %s",
    async (_, shell, reason, left) => {
      const folder = newFolder();
      await using standIn = standInWith(() => undefined);
      const child = Bun.spawn([...shell, folder, process.execPath, PROCESS, folder, "ask", standIn.url, "ACME", "1000", "0"], {
        stdout: "pipe",
        stderr: "ignore",
      });
      const [, told = "", ...rest] = (await child.stdout.text()).split("\n");
      const problem = `market data cannot be kept in ${folder}: ${reason}, write`;
      expect(JSON.parse(told)).toMatchObject({ bars: 6380, problems: [problem] });
      expect(rest.join("\n")).toBe(left);
    },
  );
});
