import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canInstall, installPackages } from "./install.ts";

const folder = mkdtempSync(join(tmpdir(), "backgrid-install-"));
afterAll(() => rmSync(folder, { recursive: true }));

const POLICY = "usr/sbin/policy-rc.d";
const CLUSTER = "etc/postgresql-common/createcluster.d/backgrid-tests.conf";

/** A system whose apt-get is a script: it notes each call, and what a package's scripts would be told about starting services. */
function system(script: string) {
  const root = mkdtempSync(join(folder, "root-"));
  for (const name of ["usr/bin", "usr/sbin"]) mkdirSync(join(root, name), { recursive: true });
  const notes = join(root, "notes");
  writeFileSync(
    join(root, "usr/bin/apt-get"),
    `#!/bin/sh
cd ${root}
policy=0; sh ${POLICY} || policy=$?
echo "$DEBIAN_FRONTEND $* [$policy, $(grep -c 'create_main_cluster = false' ${CLUSTER})]" >> notes
${script}
`,
    { mode: 0o755 },
  );
  const said: string[] = [];
  const controller = new AbortController();
  const install = () =>
    installPackages(["postgresql", "redis-server"], { root, say: (line) => said.push(line), signal: controller.signal });
  return {
    root,
    said,
    install,
    stop: () => controller.abort(),
    notes: () => readFileSync(notes, "utf8").trim().split("\n"),
    left: () => [POLICY, CLUSTER].filter((name) => existsSync(join(root, name))),
  };
}

const OPTIONS = "noninteractive -q -y -o DPkg::Lock::Timeout=120";
const INSTALL = `${OPTIONS} install --no-install-recommends postgresql redis-server [101, 1]`;
const UPDATE = `${OPTIONS} update [101, 1]`;

test("packages are installed while nothing may be started, told in one line, and what held it back is gone afterwards", async () => {
  const { install, said, notes, left } = system("exit 0");
  await install();
  expect(notes()).toEqual([INSTALL]);
  expect(said).toEqual(["installing postgresql and redis-server (apt-get install), to be started by tests alone"]);
  expect(left()).toEqual([]);
});

test("where the lists of packages are missing they are fetched, and it is tried again", async () => {
  const { root, install, notes } = system('case "$*" in *update*) touch lists; exit 100;; esac; [ -e lists ] || exit 100');
  await install();
  expect(existsSync(join(root, "lists"))).toBe(true);
  expect(notes()).toEqual([INSTALL, UPDATE, INSTALL]);
});

test("a failure is told with what apt-get said, and nothing is left", async () => {
  const { install, left } = system("echo some; echo E: no such package >&2; exit 100");
  await expect(install()).rejects.toThrow(/redis-server ended with 100:\nsome\nE: no such package$/);
  expect(left()).toEqual([]);
});

test("stopped in the middle, it ends and nothing is left", async () => {
  const { root, install, stop, left } = system("touch started; exec sleep 600");
  const installing = install();
  while (!existsSync(join(root, "started"))) await Bun.sleep(10);
  stop();
  await expect(installing).rejects.toThrow("ended with SIGTERM");
  expect(left()).toEqual([]);
});

test("an administrator's policy stays as it is; what a killed installation left is replaced", async () => {
  const { root, install, left } = system("exit 0");
  writeFileSync(join(root, POLICY), "#!/bin/sh\nexit 101\n");
  await install();
  expect(readFileSync(join(root, POLICY), "utf8")).toBe("#!/bin/sh\nexit 101\n");
  const killed = system(`cp ${POLICY} copy`);
  await killed.install();
  writeFileSync(join(root, POLICY), readFileSync(join(killed.root, "copy"), "utf8").replace(/kill -0 \d+/, "false"));
  await install();
  expect(left()).toEqual([]);
});

test("only root may install, and only where there is apt-get", () => {
  const { root } = system("exit 0");
  expect(canInstall(root, 0)).toBe(true);
  expect(canInstall(root, 1000)).toBe(false);
  expect(canInstall(join(root, "usr"), 0)).toBe(false);
});
