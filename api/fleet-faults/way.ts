import { connect, createServer, type Socket } from "node:net";

/** What lies between processes and a server, and can be broken. */
export interface Way {
  /** A port of the loopback address. */
  readonly port: number;
  /** Ends every connection, and each new one at once. */
  cut(): void;
  /** Nothing arrives any more, in either direction, and nobody is told: what was sent arrives after `mend`. */
  swallow(): void;
  mend(): void;
  /** The connections that there are stay silent for good; new ones get through. */
  forget(): void;
  close(): void;
}

/** Passes connections on to a port of the loopback address. Resolves when it listens. */
export async function openWay(target: number): Promise<Way> {
  const sockets = new Set<Socket>();
  let state: "open" | "cut" | "silent" = "open";

  function keep(socket: Socket, other: Socket): void {
    sockets.add(socket);
    if (state === "silent") socket.pause();
    socket.on("data", (bytes) => other.write(bytes));
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  }

  const server = createServer((near) => {
    if (state === "cut") return near.destroy();
    const far = connect(target, "127.0.0.1");
    keep(near, far);
    keep(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the way does not say where it listens");

  const all = (act: (socket: Socket) => unknown) => {
    for (const socket of [...sockets]) act(socket);
  };
  return {
    port: address.port,
    cut() {
      state = "cut";
      all((socket) => socket.destroy());
    },
    swallow() {
      state = "silent";
      all((socket) => socket.pause());
    },
    mend() {
      state = "open";
      all((socket) => socket.resume());
    },
    forget() {
      all((socket) => socket.removeAllListeners("data").on("data", () => {}));
    },
    close() {
      server.close();
      all((socket) => socket.destroy());
    },
  };
}
