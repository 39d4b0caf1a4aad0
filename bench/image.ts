import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../api/test-services/free-port.ts";
import { readCopy, readDockerfile, readDockerignore, type Stage, type Step } from "./image/dockerfile.ts";

// Goes through the steps of the Dockerfile without a container engine and runs what they make, as its user on a read-only file system:
// a backtest, the service, its health check, its end. A stage is a folder that is entered with chroot; this machine's own system and Bun
// stand in for the base image. Needs root and Linux: bun bench/image.ts. With --list it only tells which files the image may be made of.

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** What of this machine is seen from inside. */
const MOUNTED = ["usr", "proc", "dev"];
const LINKED = ["bin", "sbin", "lib", "lib64"];
const COPIED = ["etc/ssl", "etc/resolv.conf", "etc/nsswitch.conf", "etc/hosts", "etc/ld.so.cache"];
/** The user that the base image has. */
const USERS = { passwd: "root:x:0:0::/root:/bin/sh\nbun:x:1000:1000::/home/bun:/bin/sh\n", group: "root:x:0:\nbun:x:1000:\n" };
const HEALTH_TRIES = 50;

/** An image as its steps so far leave it. */
interface Image {
  /** Where its file system lies. */
  readonly root: string;
  folder: string;
  user: string;
  readonly env: Record<string, string>;
  health: readonly string[];
  entry: readonly string[];
  command: readonly string[];
}

/** Mounts what a container would have, and becomes the command inside. A read-only one may write `/data` and `/tmp`. */
const ENTER = `set -e
root=$1 read_only=$2 user=$3 folder=$4; shift 4
mount --bind "$root" "$root"
for name in ${MOUNTED.join(" ")}; do mount --rbind "/$name" "$root/$name"; done
mount -t tmpfs tmpfs "$root/tmp"
if [ "$read_only" = yes ]; then mount --bind "$root/data" "$root/data"; mount -o remount,bind,ro "$root"; fi
exec chroot --userspec="$user" "$root" /bin/sh -c 'cd "$0" && exec "$@"' "$folder" "$@"`;

function enter(image: Image, command: readonly string[], readOnly: boolean, env: Readonly<Record<string, string>> = {}) {
  const { root, user, folder } = image;
  const inside = ["env", "-i", ...Object.entries({ ...image.env, ...env }).map((pair) => pair.join("=")), ...command];
  return Bun.spawn(["unshare", "--mount", "sh", "-c", ENTER, "sh", root, readOnly ? "yes" : "no", user, folder, ...inside], {
    stdout: "inherit",
    stderr: "inherit",
  });
}

async function expectSuccess(image: Image, command: readonly string[], readOnly: boolean): Promise<void> {
  const code = await enter(image, command, readOnly).exited;
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}`);
}

function baseImage(root: string): Image {
  for (const name of [...MOUNTED, "tmp", "etc", "root", "home/bun"]) mkdirSync(join(root, name), { recursive: true });
  for (const name of LINKED) symlinkSync(`usr/${name}`, join(root, name));
  for (const name of COPIED) if (existsSync(`/${name}`)) cpSync(`/${name}`, join(root, name), { recursive: true });
  for (const [name, text] of Object.entries(USERS)) writeFileSync(join(root, "etc", name), text);
  const env = { PATH: "/usr/bin:/bin", HOME: "/root", SSL_CERT_DIR: "/etc/ssl/certs" };
  return { root, folder: "/", user: "root:root", env, health: [], entry: [], command: [] };
}

/** The files that the image may be made of: all that `.dockerignore` does not keep out. */
function contextFiles(): string[] {
  const lets = readDockerignore(readFileSync(join(ROOT, ".dockerignore"), "utf8"));
  const below = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!lets(path)) return [];
      return entry.isDirectory() ? below(path) : [path];
    });
  return below("");
}

async function build(stages: readonly Stage[], place: string, files: readonly string[]): Promise<Image> {
  const images = new Map<string, Image>();
  let last = baseImage(join(place, "unused"));
  for (const { name, base, steps } of stages) {
    const ground = images.get(base);
    const root = join(place, name);
    if (ground !== undefined) Bun.spawnSync(["cp", "-a", ground.root, root]);
    last = ground === undefined ? baseImage(root) : { ...ground, root, env: { ...ground.env } };
    console.log(`\nFROM ${base} AS ${name}`);
    for (const step of steps) await carryOut(step, last, images, files);
    images.set(name, last);
  }
  return last;
}

async function carryOut({ name, rest }: Step, image: Image, images: ReadonlyMap<string, Image>, files: readonly string[]) {
  console.log(`${name} ${rest}`);
  if (name === "RUN") await expectSuccess(image, ["sh", "-c", rest], false);
  else if (name === "COPY") copyInto(image, rest, images, files);
  else if (name === "ENV") for (const pair of rest.split(" ")) Object.assign(image.env, Object.fromEntries([pair.split("=")]));
  else if (name === "USER") image.user = `${rest}:${rest}`;
  else if (name === "HEALTHCHECK") image.health = JSON.parse(rest.slice(rest.indexOf("[")));
  else if (name === "ENTRYPOINT") image.entry = JSON.parse(rest);
  else if (name === "CMD") image.command = JSON.parse(rest);
  else if (name === "WORKDIR") {
    image.folder = rest;
    mkdirSync(join(image.root, rest), { recursive: true });
  } else if (name !== "VOLUME" && name !== "EXPOSE") throw new RangeError(`${name} is not known here`);
}

function copyInto(image: Image, rest: string, images: ReadonlyMap<string, Image>, files: readonly string[]): void {
  const { from, sources, target } = readCopy(rest);
  const folder = join(image.root, image.folder);
  for (const source of sources) {
    const isFolder = target.endsWith("/") || target === ".";
    if (from !== null) {
      cpSync(join(images.get(from)?.root ?? "", source), join(folder, isFolder ? join(target, basename(source)) : target), {
        recursive: true,
      });
      continue;
    }
    const taken = files.filter((path) => source === "." || path === source || path.startsWith(`${source}/`));
    if (taken.length === 0) throw new RangeError(`COPY finds no ${source}`);
    for (const path of taken) {
      const to =
        path === source
          ? isFolder
            ? join(target, basename(path))
            : target
          : join(target, source === "." ? path : path.slice(source.length));
      mkdirSync(dirname(join(folder, to)), { recursive: true });
      cpSync(join(ROOT, path), join(folder, to));
    }
  }
}

/** What a container has to do: answer a command, be healthy while it serves, end with 0 when it is told to. */
async function prove(image: Image): Promise<void> {
  const run = ["run", "--source", "sample", "--symbol", "SAMPLE-TREND", "--strategy", "ma_crossover"];
  await expectSuccess(image, ["sh", "-c", "id -un; ! touch /app/x 2>/dev/null"], true);
  await expectSuccess(image, [...image.entry, ...run], true);
  const env = { PORT: String(await freePort()), ALLOW_ANONYMOUS: "1" };
  const service = enter(image, [...image.entry, ...image.command], true, env);
  let tries = 0;
  while ((await enter(image, image.health, true, env).exited) !== 0 && ++tries < HEALTH_TRIES) await Bun.sleep(100);
  console.log(`healthy after ${tries} tries`);
  service.kill("SIGTERM");
  const code = await service.exited;
  if (tries === HEALTH_TRIES || code !== 0) throw new Error(`not healthy, or ended with ${code}`);
  console.log(Bun.spawnSync(["du", "-sh", join(image.root, "app")]).stdout.toString());
}

if (process.argv.includes("--list")) console.log(contextFiles().join("\n"));
else {
  const place = mkdtempSync(join(tmpdir(), "backgrid-image-"));
  try {
    await prove(await build(readDockerfile(readFileSync(join(ROOT, "Dockerfile"), "utf8")), place, contextFiles()));
    console.log("all well");
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
