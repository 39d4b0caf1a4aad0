import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeadProcess, processName } from "../process-name.ts";
import { freePort } from "./free-port.ts";
import { openKeeper } from "./kept.ts";
import { keepServer, type ServerKind } from "./kept-server.ts";
import { leftOf } from "./test-gone.ts";

/** A server that is a shell's script; ready when it has made a file of that name. */
function scripted(script: (port: number) => string, seen: string[] = []): ServerKind<"end"> {
  return {
    name: "scripted",
    halts: { end: "SIGTERM" },
    usualHalt: "end",
    lastSignal: "SIGKILL",
    url: (port) => `test://127.0.0.1:${port}`,
    command: (directory, port) => {
      seen.push(directory);
      return ["sh", "-c", script(port)];
    },
    isReady: async (directory) => existsSync(join(directory, "ready")),
  };
}

test("a server that ends before it is ready is told with what it wrote, and leaves no directory", async () => {
  const seen: string[] = [];
  await expect(keepServer(scripted(() => "echo first; echo the disk is missing >&2; exit 3", seen))).rejects.toThrow(
    "scripted ended with 3:\nfirst\nthe disk is missing",
  );
  expect(await leftOf([], seen)).toEqual([]);
});

test("a program that is not there is told as one that ends", async () => {
  const keeper = await openKeeper("missing", "SIGKILL");
  expect(await (await keeper.start(["/nowhere/at-all"])).ended).toContain("ENOENT");
  await keeper.close();
});

test("a port that somebody takes in the meantime is changed for another", async () => {
  const ports: number[] = [];
  const server = await keepServer(
    scripted((port) => {
      ports.push(port);
      return ports.length === 1 ? "echo bind: Address already in use; exit 1" : "touch ready; exec sleep 600";
    }),
  );
  expect(ports).toHaveLength(2);
  expect(server.url).toBe(`test://127.0.0.1:${ports[1]}`);
  expect(server.port).toBe(ports[1]!);
  await server.stop();
});

test("one that is frozen and holds on to everything is gone after stop, with its directory", async () => {
  const server = await keepServer(scripted(() => "trap '' TERM INT QUIT HUP; touch ready; while :; do sleep 0.1; done"));
  const { pid, directory } = server;
  const name = processName(pid);
  process.kill(pid, "SIGSTOP");
  await server.stop();
  expect(await leftOf([name], [directory])).toEqual([]);
});

test("a kill takes its children too", async () => {
  const server = await keepServer(scripted(() => "sleep 600 & echo $! > child; touch ready; wait"));
  const child = Number(await Bun.file(join(server.directory, "child")).text());
  const names = [server.pid, child].map((pid) => processName(pid));
  await server.kill9();
  expect(await leftOf(names, [])).toEqual([]);
  await server.stop();
});

test("when its owner is killed, server, keeper and directory go, though a child of the owner lives on", async () => {
  const keeper = await openKeeper("owner", "SIGKILL");
  const script = join(keeper.directory, "owner.ts");
  writeFileSync(
    script,
    `import { openKeeper } from ${JSON.stringify(join(import.meta.dir, "kept.ts"))};
     const keeper = await openKeeper("owned", "SIGQUIT");
     const { pid } = await keeper.start(["sleep", "600"]);
     const heir = Bun.spawn(["sleep", "600"]);
     console.log(JSON.stringify({ pid, heir: heir.pid, directory: keeper.directory }));
     await Bun.sleep(600_000);`,
  );
  const owner = Bun.spawn([process.execPath, script], { stdout: "pipe" });
  const { value } = await owner.stdout.getReader().read();
  const { pid, heir, directory } = JSON.parse(new TextDecoder().decode(value));
  expect(existsSync(directory)).toBe(true);
  const name = processName(pid);
  owner.kill("SIGKILL");
  expect(await leftOf([name], [directory])).toEqual([]);
  expect(isDeadProcess(processName(heir))).toBe(false);
  process.kill(heir, "SIGKILL");
  await keeper.close();
});

test("a port that somebody listens on is passed over, whenever it is drawn", async () => {
  const first = await freePort();
  const taken = Bun.listen({ hostname: "127.0.0.1", port: first, socket: { data: () => {} } });
  try {
    // Each draw takes the port that is taken with a chance of one in four at least.
    for (let k = 0; k < 60; k++) expect(await freePort(first, first + 3)).toBeWithin(first + 1, first + 4);
  } finally {
    taken.stop(true);
  }
});
