import { connect } from "node:net";
import { findRedis } from "./binaries.ts";
import { type KeptServer, keepServer } from "./kept-server.ts";

/** How a Redis server keeps and evicts. */
export interface RedisOptions {
  /** Whether writes are kept in a file; without it the server is empty after each start. Default false. */
  readonly appendonly?: boolean;
  /** When that file is synced to the disk. Default everysec. */
  readonly appendfsync?: "always" | "everysec" | "no";
  /** Default noeviction. */
  readonly maxmemoryPolicy?: string;
}

/** A Redis server of this process alone. */
export type RedisServer = KeptServer<"shutdown">;

/**
 * Starts Redis on a free port of the loopback address, in a directory of its own.
 * @throws {Error} when it is not installed; with the end of its log when it does not start
 */
export async function startRedis({
  appendonly = false,
  appendfsync = "everysec",
  maxmemoryPolicy = "noeviction",
}: RedisOptions = {}): Promise<RedisServer> {
  const program = findRedis();
  if (program === null) throw new Error("Redis is not installed");
  const settings = {
    bind: "127.0.0.1",
    save: "",
    appendonly: appendonly ? "yes" : "no",
    appendfsync,
    "maxmemory-policy": maxmemoryPolicy,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return keepServer({
    name: "redis",
    halts: { shutdown: "SIGTERM" },
    usualHalt: "shutdown",
    lastSignal: "SIGKILL",
    url: (port) => `redis://127.0.0.1:${port}`,
    command: (_, port) => [program, "--port", String(port), ...args],
    isReady: (_, port) => answers(port),
  });
}

/** Whether a server answers PING with PONG: while it loads its file it answers otherwise. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("data", (bytes) => {
      resolve(bytes.toString("latin1").startsWith("+PONG"));
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}
