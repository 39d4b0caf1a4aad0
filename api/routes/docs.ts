import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import type { Ctx, Env } from "../http/env.ts";
import { isKnown } from "../http/etag.ts";
import { openApiDocument } from "../openapi/document.ts";

const DOCUMENT = "/openapi.json";
const SCRIPT = "/docs/rapidoc-min.js";

/** Nothing from outside. The viewer writes its styles into the page, and asks this server alone. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** `GET /openapi.json`, `GET /docs` and the script of that page. @param options.version of the release */
export function docsRoutes({ version }: { readonly version: string }): Hono<Env> {
  const document = lasting(JSON.stringify(openApiDocument(version)), "application/json", "no-cache");
  let script: Lasting | undefined;
  const viewer = () => {
    script ??= lasting(readFileSync(viewerFile()), "text/javascript; charset=utf-8", "public, max-age=31536000, immutable");
    return script;
  };
  return new Hono<Env>()
    .get(DOCUMENT, (c) => send(c, document))
    .get("/docs", () => page(`${SCRIPT}?v=${viewer().etag.slice(1, 13)}`))
    .get(SCRIPT, (c) => send(c, viewer()));
}

/** Something that stays as it is as long as the process runs. */
interface Lasting {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly etag: string;
  readonly type: string;
  readonly cache: string;
}

function lasting(body: Lasting["body"], type: string, cache: string): Lasting {
  return { body, etag: `"${createHash("sha256").update(body).digest("hex")}"`, type, cache };
}

function send(c: Ctx, { body, etag, type, cache }: Lasting): Response {
  const headers = { etag, "cache-control": cache };
  if (isKnown(c.req.header("if-none-match") ?? null, etag)) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "content-type": type } });
}

function viewerFile(): string {
  return fileURLToPath(import.meta.resolve("rapidoc/dist/rapidoc-min.js"));
}

function page(script: string): Response {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backgrid API</title>
<link rel="icon" href="data:,">
<script type="module" src="${script}"></script>
</head>
<body>
<rapi-doc spec-url="${DOCUMENT}" load-fonts="false" show-header="false" render-style="read" theme="light"
  regular-font="system-ui, sans-serif" mono-font="ui-monospace, monospace" primary-color="#0b6e4f"
  schema-style="table" schema-description-expanded="true" show-method-in-nav-bar="as-colored-text"
  use-path-in-nav-bar="false" allow-authentication="false" allow-server-selection="false" fill-request-fields-with-example="true"
  persist-auth="false" sort-tags="false" sort-endpoints-by="none"></rapi-doc>
<noscript>This page needs JavaScript; the document itself is at <a href="${DOCUMENT}">${DOCUMENT}</a>.</noscript>
</body>
</html>
`;
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY, "cache-control": "no-cache" };
  return new Response(html, { headers });
}
