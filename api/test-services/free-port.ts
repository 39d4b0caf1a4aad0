import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections: one of those could take the port of a server that is down for a while. */
const FIRST = 15_000;
const LAST = 31_999;

/** A port of the loopback address on which nothing listens, by chance: who asks at the same time gets another one. */
export async function freePort(first = FIRST, last = LAST): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
