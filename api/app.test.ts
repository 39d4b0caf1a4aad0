import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { A_JOB, post, shownBy, startTestService, type TestService } from "./test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("every answer", () => {
  test("carries a request id: the caller's where it is well-formed, else a new one", async () => {
    const idOf = async (given: string) =>
      (await service.request("/health", { headers: { "x-request-id": given } })).headers.get("x-request-id");
    expect(await idOf("my-id_1.2")).toBe("my-id_1.2");
    for (const bad of ["a b", "x".repeat(129), "ü", '"', "a{b}"]) expect(await idOf(bad)).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("is guarded against being framed, sniffed or read by other sites", async () => {
    const { headers } = await service.request("/health", { headers: { origin: "http://evil.example" } });
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  test("to a request under another name is 403 as a problem, with its id", async () => {
    const answer = await service.request("/api/v1/jobs", { headers: { host: "evil.example" } });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([403, "application/problem+json"]);
    expect((await shownBy(answer)).request_id).toBe(answer.headers.get("x-request-id") ?? "");
  });
});

describe("a path", () => {
  test.each(["/", "/nope", "/api/v2/jobs", "/api/v1/jobs/", "/api/v1/jobs/a/b", "//health", "/api/v1/datasets/A/B"])(
    "%s that does not exist is 404 as a problem",
    async (path) => {
      const answer = await service.request(path);
      expect([answer.status, (await shownBy(answer)).code]).toEqual([404, "not_found"]);
    },
  );

  test.each([
    ["PUT", "/api/v1/jobs", "GET, HEAD, OPTIONS, POST"],
    ["PATCH", "/api/v1/jobs/abc", "DELETE, GET, HEAD, OPTIONS"],
    ["POST", "/health", "GET, HEAD, OPTIONS"],
    ["GET", "/api/v1/jobs/abc/verify", "OPTIONS, POST"],
    ["DELETE", "/api/v1/datasets", "GET, HEAD, OPTIONS"],
  ])("asked with %s %s is 404 and names the methods there are: %s", async (method, path, methods) => {
    const answer = await service.request(path, { method });
    expect(answer.status).toBe(404);
    expect(answer.headers.get("allow")?.split(", ").sort().join(", ")).toBe(methods);
    expect((await shownBy(answer)).detail).toContain(method);
  });

  test("asked with OPTIONS names its methods and gives no leave to other origins", async () => {
    const answer = await service.request("/api/v1/jobs", {
      method: "OPTIONS",
      headers: { origin: "http://evil.example", "access-control-request-method": "POST" },
    });
    expect([answer.status, answer.headers.get("allow")]).toEqual([204, "POST, GET, HEAD, OPTIONS"]);
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test.each(["/health", "/ready", "/api/v1/jobs", "/api/v1/strategies", "/openapi.json", "/metrics"])(
    "asked with HEAD %s answers as GET does, without the body",
    async (path) => {
      const [head, get] = [await service.request(path, { method: "HEAD" }), await service.request(path)];
      expect([head.status, head.headers.get("content-type"), await head.text()]).toEqual([
        200,
        get.headers.get("content-type"),
        "",
      ]);
    },
  );
});

describe("what goes wrong in the service", () => {
  test("is 500 internal without a word of what it was; the log has it all under the request id", async () => {
    const jobs = { ...service.parts.jobs, list: () => Promise.reject(new TypeError("secret detail")) };
    await using broken = await startTestService({ jobs });
    const answer = await broken.request("/api/v1/jobs", { headers: { "x-request-id": "r-1" } });
    const text = await answer.text();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([500, "application/problem+json"]);
    expect(JSON.parse(text)).toMatchObject({ code: "internal", request_id: "r-1" });
    expect(text).not.toContain("secret");
    expect(broken.logged[0]).toMatchObject({
      level: "error",
      request_id: "r-1",
      message: "secret detail",
      stack: expect.stringContaining("TypeError"),
    });
    expect(broken.logged[1]).toMatchObject({ level: "error", status: 500, route: "/api/v1/jobs" });
  });

  test("in the store is 503 with Retry-After", async () => {
    const full = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    await using broken = await startTestService({
      jobs: { ...service.parts.jobs, replay: () => Promise.reject(full), accept: () => Promise.reject(full) },
    });
    const answer = await broken.request("/api/v1/jobs", post(A_JOB));
    expect([answer.status, answer.headers.get("retry-after"), (await shownBy(answer)).code]).toEqual([503, "1", "unavailable"]);
  });

  test("is told by /ready, part by part", async () => {
    const jobs = { ...service.parts.jobs, ping: () => Promise.reject(new Error("disk gone")) };
    await using broken = await startTestService({ jobs, engineTrouble: () => "no engine" });
    const answer = await broken.request("/ready");
    expect(answer.status).toBe(503);
    expect((await shownBy(answer)).errors).toEqual([
      { path: "store", message: "store: disk gone" },
      { path: "engine", message: "engine: no engine" },
    ]);
    expect((await broken.request("/health")).status).toBe(200);
  });
});

describe("the log", () => {
  test("has one line a request, with the route's pattern and the job", async () => {
    await using logging = await startTestService();
    const { job_id } = await shownBy(await logging.request("/api/v1/jobs", post(A_JOB)));
    await logging.request(`/api/v1/jobs/${job_id}`, { headers: { "x-request-id": "r-2" } });
    expect(logging.logged).toHaveLength(2);
    expect(logging.logged[0]).toMatchObject({ level: "info", method: "POST", route: "/api/v1/jobs", status: 200, job_id });
    expect(logging.logged[1]).toMatchObject({ request_id: "r-2", method: "GET", route: "/api/v1/jobs/:id", job_id });
    expect(typeof logging.logged[1]?.ms).toBe("number");
  });

  test("may be left out", async () => {
    await using quiet = await startTestService({ logRequests: false });
    await quiet.request("/health");
    expect(quiet.logged).toEqual([]);
  });
});

test("/metrics counts requests by method, pattern and status, and jobs by state", async () => {
  await using counted = await startTestService();
  const { job_id } = await shownBy(await counted.request("/api/v1/jobs", post(A_JOB)));
  for (const path of [`/api/v1/jobs/${job_id}`, "/api/v1/jobs/x", "/nope", "/nope2"]) await counted.request(path);
  await counted.request("/nope", { method: "PROPFIND" });
  const text = await (await counted.request("/metrics")).text();
  const requests = (method: string, route: string, status: number) =>
    new RegExp(
      `^backgrid_http_request_duration_seconds_count\\{method="${method}",route="${route.replace("*", "\\*")}",status="${status}"\\} (\\d+)$`,
      "m",
    ).exec(text)?.[1];
  expect(requests("POST", "/api/v1/jobs", 200)).toBe("1");
  expect(requests("GET", "/api/v1/jobs/:id", 200)).toBe("1");
  expect(requests("GET", "/api/v1/jobs/:id", 404)).toBe("1");
  expect(requests("GET", "/*", 404)).toBe("2");
  expect(requests("other", "/*", 404)).toBe("1");
  expect(text).toContain('backgrid_jobs_total{status="queued"} 1');
  expect(text).toContain('backgrid_jobs_total{status="completed"} 1');
  expect(text).toContain("backgrid_pool_size 2");
});
