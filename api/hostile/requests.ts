import type { ErrorCode } from "../../core/errors.ts";
import type { Piece } from "../test-socket.ts";
import { BATCH_REQUESTS, BATCHES } from "./batches.ts";
import {
  BAD_BARS,
  BAD_BODIES,
  BAD_IDS,
  BAD_NAMES,
  BAD_QUERIES,
  BAD_ROOTS,
  BAD_SWEEP_VALUES,
  BAD_SYMBOLS,
  BAD_UPLOADS,
  BAD_VALUES,
  BAD_WALK_FORWARD_VALUES,
  COSTLY_PARAMS,
  REFUSED_BARS,
} from "./values.ts";

/** A request that must be answered by a problem. */
export interface HostileRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Besides Host and, where there is a body, Content-Length; a name given here takes the place of those. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Latin-1 text, bytes, or many of them. */
  readonly body?: string | Uint8Array | (() => Iterable<Piece>);
  readonly codes: readonly ErrorCode[];
  /** The field that the problem must name. */
  readonly field?: string;
}

const JOBS = "/api/v1/jobs";
const SWEEPS = "/api/v1/sweeps";
const WALK_FORWARDS = "/api/v1/walk-forwards";
const MIB = 2 ** 20;
const GOOD = {
  symbol: '"SAMPLE-TREND"',
  source: '"sample"',
  strategy: '"ma_crossover"',
  start: '"2020-01-01"',
  equity_points: '"none"',
};
const A_BAR = { time: '["2020-01-02"]', open: "[1]", high: "[1]", low: "[1]", close: "[1]" };
const JSON_HEADERS = { "content-type": "application/json" };

function job(
  name: string,
  body: NonNullable<HostileRequest["body"]>,
  codes: readonly ErrorCode[],
  more: Partial<HostileRequest> = {},
): HostileRequest {
  return { name: `a job with ${name}`, method: "POST", path: JOBS, headers: JSON_HEADERS, body, codes, ...more };
}

/** A good sweep with one field changed or added. */
function sweep(field: string, value: string, code: ErrorCode): HostileRequest {
  const { equity_points: _points, ...good } = GOOD;
  return gridRequest("a sweep", SWEEPS, good, field, value, code);
}

/** A good walk-forward, likewise. */
function walkForward(field: string, value: string, code: ErrorCode): HostileRequest {
  const windows = { in_sample_bars: "500", out_of_sample_bars: "250" };
  return gridRequest("a walk-forward", WALK_FORWARDS, { ...GOOD, ...windows }, field, value, code);
}

function gridRequest(
  word: string,
  path: string,
  good: Readonly<Record<string, string>>,
  field: string,
  value: string,
  code: ErrorCode,
): HostileRequest {
  const ranges = { params: '{"fast":[5,10],"slow":[20,30]}' };
  const body = objectText({ ...good, ...ranges, ...(field === "bars" ? { source: '"inline"' } : {}), [field]: value });
  const name = `${word} with ${field} ${value.slice(0, 60)}`;
  return { name, method: "POST", path, headers: JSON_HEADERS, body: Buffer.from(body), codes: [code], field };
}

/** A good job with some fields changed or added; texts are JSON, and may stand outside of Latin-1. */
function withFields(fields: Readonly<Record<string, string>>): Uint8Array {
  const all = Object.entries({ ...GOOD, ...fields }).map(([name, text]) => `"${name}":${text}`);
  return Buffer.from(`{${all.join(",")}}`);
}

function objectText(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields)
    .map(([name, text]) => `"${name}":${text}`)
    .join(",")}}`;
}

function withBars(changes: Readonly<Record<string, string>>): Uint8Array {
  return Buffer.from(`{"strategy":"buy_and_hold","bars":${objectText({ ...A_BAR, ...changes })}}`);
}

/** So many MiB of text that begins and ends well. */
function* megabytes(head: string, count: number): Generator<Piece> {
  yield head;
  const piece = Buffer.alloc(MIB, "1");
  for (let k = 0; k < count; k++) yield piece;
}

function* chunked(pieces: Iterable<Piece>): Generator<Piece> {
  for (const piece of pieces) {
    if (typeof piece === "number") continue;
    yield `${piece.length.toString(16)}\r\n`;
    yield piece;
    yield "\r\n";
  }
  yield "0\r\n\r\n";
}

export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  ...Object.entries(BAD_VALUES).flatMap(([field, values]) =>
    values.map((value) =>
      job(
        `${field} ${value.slice(0, 60)}`,
        withFields(field === "bars" ? { bars: value, source: '"inline"' } : { [field]: value }),
        ["invalid_request"],
        {
          field,
        },
      ),
    ),
  ),
  ...[...Object.entries(BAD_VALUES), ...Object.entries(BAD_SWEEP_VALUES)].flatMap(([field, values]) =>
    values.map((value) => sweep(field, value, "invalid_request")),
  ),
  sweep("strategy", '"signals"', "invalid_request"),
  ...COSTLY_PARAMS.map((params) => sweep("params", params, "too_costly")),
  ...[...Object.entries(BAD_SWEEP_VALUES), ...Object.entries(BAD_WALK_FORWARD_VALUES)].flatMap(([field, values]) =>
    values.map((value) => walkForward(field, value, "invalid_request")),
  ),
  walkForward("strategy", '"signals"', "invalid_request"),
  walkForward("signals", '["long"]', "invalid_request"),
  walkForward("folds", "5", "invalid_request"),
  walkForward("params", COSTLY_PARAMS[0] ?? "", "too_costly"),
  {
    ...{ name: "a walk-forward without windows", method: "POST", path: WALK_FORWARDS, headers: JSON_HEADERS },
    ...{ body: withFields({}), codes: ["invalid_request"], field: "in_sample_bars" },
  },
  ...BATCH_REQUESTS,
  ...Object.entries(BAD_BARS).map(([name, changes]) => job(name, withBars(changes), ["invalid_request"], { field: "bars" })),
  ...Object.entries(REFUSED_BARS).map(([name, changes]) => job(name, withBars(changes), ["bad_data"])),
  ...BAD_BODIES.map(([name, body]) => job(`a body of ${name}`, body, ["invalid_json"])),
  ...BAD_ROOTS.map((body) => job(`the body ${body}`, body, ["invalid_request", "invalid_json"])),
  ...BAD_NAMES.map((name) => job(`a field "${name.slice(0, 20)}"`, withFields({ [name]: "1" }), ["invalid_request"])),
  job("signals that are not there", withFields({ strategy: '"signals"' }), ["invalid_request"], { field: "signals" }),
  job("200 fields", objectText(Object.fromEntries(Array.from({ length: 200 }, (_, k) => [`f${k}`, "1"]))), ["invalid_request"]),
  job("a sample that does not exist", withFields({ symbol: '"CON"' }), ["not_found"]),
  job("a dataset that does not exist", withFields({ symbol: '"NUL"', source: '"dataset"' }), ["not_found"]),
  job("a query", withFields({}), ["invalid_request"], { path: `${JOBS}?async=1`, field: "async" }),
  ...[
    "text/plain",
    "application/xml",
    "multipart/form-data; boundary=x",
    "text/json",
    "application/json; charset=utf-16",
    "x",
    "application/jsonp",
    ";;;",
  ].map((type) => job(`the type ${type}`, withFields({}), ["unsupported_media_type"], { headers: { "content-type": type } })),
  ...["gzip", "br", "deflate", "gzip, gzip", "x"].map((coding) =>
    job(`the coding ${coding}`, withFields({}), ["unsupported_media_type"], {
      headers: { ...JSON_HEADERS, "content-encoding": coding },
    }),
  ),
  ...["a b", "x".repeat(256), "\xe4", ""].map((key) =>
    job(`the key ${JSON.stringify(key.slice(0, 10))}`, withFields({}), ["invalid_request"], {
      headers: { ...JSON_HEADERS, "idempotency-key": key },
      field: "Idempotency-Key",
    }),
  ),
  ...["http://evil.example", "null", "http://127.0.0.1.evil.example"].map((origin) =>
    job(`the origin ${origin}`, withFields({}), ["forbidden"], { headers: { ...JSON_HEADERS, origin } }),
  ),
  job("a form of another site", withFields({}), ["forbidden", "unsupported_media_type"], {
    headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site" },
  }),
  ...["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[::2]", "x"].map(
    (host): HostileRequest => ({
      name: `the host ${host}`,
      method: "GET",
      path: "/health",
      headers: { host },
      codes: ["forbidden"],
    }),
  ),
  job("33 MiB", () => megabytes('{"symbol":"', 33), ["payload_too_large"], {
    headers: { ...JSON_HEADERS, "content-length": String(33 * MIB + 11) },
  }),
  job("33 MiB in chunks", () => chunked(megabytes('{"symbol":"', 33)), ["payload_too_large"], {
    headers: { ...JSON_HEADERS, "transfer-encoding": "chunked" },
  }),
  {
    name: "a dataset of 129 MiB",
    method: "PUT",
    path: "/api/v1/datasets/BIG",
    headers: { "content-type": "text/csv", "content-length": String(129 * MIB + 25) },
    body: () => megabytes("date,open,high,low,close\n", 129),
    codes: ["payload_too_large"],
  },
  ...BAD_IDS.flatMap((id) =>
    [JOBS, SWEEPS, WALK_FORWARDS, BATCHES].flatMap((path) =>
      (["GET", "DELETE"] as const).map(
        (method): HostileRequest => ({
          name: `${method} ${path}/${id.slice(0, 40)}`,
          method,
          path: `${path}/${id}`,
          codes: ["not_found"],
        }),
      ),
    ),
  ),
  ...["trials", "trials?sort=-params.fast&sharpe_gte=-1e3", "heatmap", "heatmap?x=fast&y=fast", "events"].map(
    (part): HostileRequest => ({
      name: `${part} of no sweep`,
      method: "GET",
      path: `${SWEEPS}/x/${part}`,
      codes: ["not_found"],
    }),
  ),
  ...["equity", "equity?points=5", "events"].map(
    (part): HostileRequest => ({
      name: `${part} of no walk-forward`,
      method: "GET",
      path: `${WALK_FORWARDS}/x/${part}`,
      codes: ["not_found"],
    }),
  ),
  ...["equity", "trades", "events", "verify"].map(
    (part): HostileRequest => ({
      name: `${part} of no job`,
      method: part === "verify" ? "POST" : "GET",
      path: `${JOBS}/x/${part}`,
      codes: ["not_found"],
    }),
  ),
  ...["points=1", "points=x", "from=2021-02-30", "from=2021-01-01&to=2020-01-01", "from=x&from=y"].map(
    (query): HostileRequest => ({
      name: `equity with ${query}`,
      method: "GET",
      path: `${JOBS}/x/equity?${query}`,
      codes: ["invalid_request"],
    }),
  ),
  ...Object.entries(BAD_QUERIES).flatMap(([path, queries]) =>
    queries.map(
      (query): HostileRequest => ({
        name: `${path}?${query.slice(0, 60)}`,
        method: "GET",
        path: `${path}?${query}`,
        codes: ["invalid_request"],
      }),
    ),
  ),
  ...BAD_SYMBOLS.map(
    (symbol): HostileRequest => ({
      name: `a dataset called ${symbol.slice(0, 30)}`,
      method: "PUT",
      path: `/api/v1/datasets/${symbol}`,
      headers: { "content-type": "text/csv" },
      body: "date,open,high,low,close\n2020-01-02,1,1,1,1\n",
      codes: ["invalid_request"],
      field: "symbol",
    }),
  ),
  ...BAD_UPLOADS.map(
    ([name, type, body]): HostileRequest => ({
      name: `a dataset of ${name}`,
      method: "PUT",
      path: "/api/v1/datasets/HOSTILE",
      headers: { "content-type": type },
      body,
      codes: ["bad_data", "no_data", "invalid_request"],
    }),
  ),
  ...["application/json", "image/png", "text/html"].map(
    (type): HostileRequest => ({
      name: `a dataset of the type ${type}`,
      method: "PUT",
      path: "/api/v1/datasets/HOSTILE",
      headers: { "content-type": type },
      body: "x",
      codes: ["unsupported_media_type"],
    }),
  ),
  ...(
    [
      ["PUT", JOBS],
      ["PATCH", JOBS],
      ["DELETE", JOBS],
      ["PUT", SWEEPS],
      ["POST", `${SWEEPS}/x`],
      ["DELETE", `${SWEEPS}/x/trials`],
      ["POST", `${SWEEPS}/x/verify`],
      ["PUT", WALK_FORWARDS],
      ["POST", `${WALK_FORWARDS}/x`],
      ["GET", `${WALK_FORWARDS}/x/trades`],
      ["GET", `${WALK_FORWARDS}/x/trials`],
      ["POST", `${WALK_FORWARDS}/x/verify`],
      ["PUT", BATCHES],
      ["POST", `${BATCHES}/x`],
      ["GET", `${BATCHES}/x/events`],
      ["POST", "/api/v1/datasets/X"],
      ["POST", "/health"],
      ["PROPFIND", JOBS],
      ["GET", "/"],
      ["GET", "//"],
      ["GET", "/api/v1/jobs/"],
      ["GET", "/api/v1"],
      ["GET", "/api/v2/jobs"],
      ["GET", "/.git/config"],
      ["GET", "/.env"],
      ["GET", "/..%2f..%2fetc%2fpasswd"],
      ["GET", "/../../etc/passwd"],
      ["GET", "/%00"],
      ["PUT", "/api/v1/datasets/%2e%2e"],
      ["GET", "/%"],
      ["GET", "/%zz"],
      ["GET", `/${"x".repeat(7000)}`],
    ] as const
  ).map(([method, path]): HostileRequest => ({ name: `${method} ${path.slice(0, 60)}`, method, path, codes: ["not_found"] })),
  {
    name: "a URL of 10,000 characters",
    method: "GET",
    path: `/api/v1/jobs?cursor=${"x".repeat(10_000)}`,
    codes: ["invalid_request"],
  },
];
