import { freePort } from "./free-port.ts";
import { type Keeper, type KeptProgram, openKeeper } from "./kept.ts";
import { killAll } from "./kill.ts";

/** A server of this process alone: it and its directory are gone when this process is. */
export interface KeptServer<Halt extends string> {
  readonly url: string;
  readonly port: number;
  /** Of the server's first process; another one after each start. */
  readonly pid: number;
  readonly directory: string;
  /** Starts it again, on the same port and data, after `halt` or `kill9`. */
  start(): Promise<void>;
  /** Ends it in order; its port and data stay. Resolves when it is gone. */
  halt(how?: Halt): Promise<void>;
  /** `halt`, then `start`. */
  restart(how?: Halt): Promise<void>;
  /** Kills all of its processes with SIGKILL; its port and data stay. Resolves when they are gone. */
  kill9(): Promise<void>;
  /** Ends it, whatever its state, and removes its directory. Resolves when both are gone. */
  stop(): Promise<void>;
}

/** What tells one kind of server from another. */
export interface ServerKind<Halt extends string> {
  readonly name: string;
  /** The ways to end it, the usual one, and the signal after which nothing of it stays but its directory. */
  readonly halts: Readonly<Record<Halt, NodeJS.Signals>>;
  readonly usualHalt: Halt;
  readonly lastSignal: NodeJS.Signals;
  /** Makes what it needs before its first start. */
  prepare?(keeper: Keeper): Promise<void>;
  url(port: number): string;
  command(directory: string, port: number): readonly string[];
  isReady(directory: string, port: number, pid: number): Promise<boolean>;
  /** Clears away what stays of it outside of its directory when it is killed. */
  afterKill?(directory: string): void;
}

const LOOK_EVERY_MS = 10;
const LOOKS = 6_000;
/** How often another port is tried, should somebody take the free one before the server does. */
const PORTS = 5;

/**
 * Starts a server on a free port of the loopback address, in a directory of its own.
 * @throws {Error} with the end of its log when it does not start
 */
export async function keepServer<Halt extends string>(kind: ServerKind<Halt>): Promise<KeptServer<Halt>> {
  const keeper = await openKeeper(kind.name, kind.lastSignal);
  const { directory } = keeper;
  let port = 0;
  let server: KeptProgram | null = null;

  function running(): KeptProgram {
    if (server === null) throw new Error(`${kind.name} is not running`);
    return server;
  }

  async function start(): Promise<void> {
    if (server !== null) throw new Error(`${kind.name} is running`);
    const program = await keeper.start(kind.command(directory, port));
    let ended: string | null = null;
    void program.ended.then((how) => {
      ended = how;
    });
    for (let left = LOOKS; !(await kind.isReady(directory, port, program.pid)); left -= 1) {
      if (ended !== null) throw new Error(`${kind.name} ended with ${ended}:\n${keeper.log()}`);
      if (left === 0) throw new Error(`${kind.name} does not get ready:\n${keeper.log()}`);
      await Bun.sleep(LOOK_EVERY_MS);
    }
    server = program;
  }

  async function halt(how = kind.usualHalt): Promise<void> {
    const { pid, ended } = running();
    process.kill(pid, kind.halts[how]);
    await ended;
    server = null;
  }

  try {
    await kind.prepare?.(keeper);
    for (let left = PORTS; server === null; left -= 1) {
      port = await freePort();
      await start().catch((error) => {
        if (left <= 1 || !/address already in use/i.test(keeper.log())) throw error;
      });
    }
  } catch (error) {
    await keeper.close();
    throw error;
  }
  return {
    url: kind.url(port),
    port,
    get pid() {
      return running().pid;
    },
    directory,
    start,
    halt,
    async restart(how) {
      await halt(how);
      await start();
    },
    async kill9() {
      const { pid, ended } = running();
      await killAll(pid);
      await ended;
      kind.afterKill?.(directory);
      server = null;
    },
    stop: keeper.close,
  };
}
