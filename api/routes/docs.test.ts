import { describe, expect, test } from "bun:test";
import { openApiDocument } from "../openapi/document.ts";
import { docsRoutes } from "./docs.ts";

const app = docsRoutes({ version: "1.2.3" });

describe("the document of the API", () => {
  test("is JSON, and known again by its tag", async () => {
    const response = await app.request("/openapi.json");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual(openApiDocument("1.2.3"));
    const etag = response.headers.get("etag") ?? "";
    const again = await app.request("/openapi.json", { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect((await app.request("/openapi.json", { headers: { "if-none-match": '"x"' } })).status).toBe(200);
  });
});

describe("the page of the API", () => {
  test("has no address outside of this server, in it or allowed to it", async () => {
    const response = await app.request("/docs");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const html = await response.text();
    const addresses = [...html.matchAll(/(?:src|href|url)="([^"]*)"/g)].map((match) => match[1]!);
    expect(addresses.length).toBeGreaterThan(2);
    expect(addresses.filter((address) => !address.startsWith("/") && address !== "data:,")).toEqual([]);
    expect(html).not.toContain("//");
    expect(html).toContain('load-fonts="false"');

    const policy = response.headers.get("content-security-policy") ?? "";
    const allowed = policy.split(/[; ]+/).filter((word) => !/^[a-z]+(-[a-z]+)*$/.test(word));
    expect(new Set(allowed)).toEqual(new Set(["'none'", "'self'", "'unsafe-inline'", "data:"]));
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });

  test("has no script inside of it, and loads one that may be kept for good", async () => {
    const html = await (await app.request("/docs")).text();
    const scripts = [...html.matchAll(/<script[^>]*>([^<]*)<\/script>/g)];
    expect(scripts.map((match) => match[1])).toEqual([""]);
    const address = /src="([^"]+)"/.exec(html)?.[1] ?? "";
    const script = await app.request(address);
    expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(script.headers.get("cache-control")).toContain("immutable");
    expect(await script.text()).toContain("rapi-doc");
    const etag = script.headers.get("etag") ?? "";
    expect(etag).toContain(new URL(address, "http://localhost").searchParams.get("v") ?? "no version");
    expect((await app.request(address, { headers: { "if-none-match": etag } })).status).toBe(304);
  });
});
