import { createServer } from "node:http";
import { Hono } from "hono";
import { edge } from "../../api/http/edge.ts";
import { startTestService } from "../../api/test-service.ts";

// One way to answer JSON with JSON on POST /echo, and GET /cpu with the processor time spent: `bun bench/http/hono-child.ts <name>`.
// Prints its address; ends when standard input does.

const cpu = () => Response.json(process.cpuUsage());
const answerTo = (body: unknown) => ({ status: "ok", body });
const nothing = () => new Response(null, { status: 404 });

async function routed(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/cpu") return cpu();
  if (request.method !== "POST" || pathname !== "/echo") return nothing();
  return Response.json(answerTo(await request.json()));
}

function hono(): Hono {
  return new Hono().post("/echo", async (c) => c.json(answerTo(await c.req.json()))).get("/cpu", cpu);
}

const leftovers = new AsyncDisposableStack();

async function behindTheEdge() {
  const { parts } = leftovers.use(await startTestService({ logRequests: false }));
  return new Hono().use(edge(parts)).route("/", hono());
}

const server = { port: 0, hostname: "127.0.0.1" } as const;
const listeners: Readonly<Record<string, () => number | undefined | Promise<number | undefined>>> = {
  fetch: () => Bun.serve({ ...server, fetch: routed }).port,
  routes: () =>
    Bun.serve({
      ...server,
      routes: { "/echo": { POST: async (request) => Response.json(answerTo(await request.json())) }, "/cpu": cpu },
      fetch: nothing,
    }).port,
  hono: () => Bun.serve({ ...server, fetch: hono().fetch }).port,
  edge: async () => {
    const app = await behindTheEdge();
    return Bun.serve({ ...server, fetch: (request) => app.fetch(request) }).port;
  },
  node: () => nodeServer(),
};

function nodeServer(): Promise<number> {
  const http = createServer(async (request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/cpu") {
      response.end(JSON.stringify(process.cpuUsage()));
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end(JSON.stringify(answerTo(JSON.parse(Buffer.concat(chunks).toString()))));
  });
  return new Promise((resolve) => {
    http.listen(0, server.hostname, () => {
      const address = http.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

const port = await listeners[process.argv[2] ?? ""]?.();
console.log(`http://${server.hostname}:${port}`);
process.stdin
  .on("end", async () => {
    await leftovers.disposeAsync();
    process.exit(0);
  })
  .resume();
