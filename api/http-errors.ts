import type { AppError, ErrorCode, Finding } from "../core/errors.ts";

/** The HTTP status of every expected failure. */
export const HTTP_STATUS = {
  invalid_json: 400,
  invalid_request: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  no_data: 422,
  bad_data: 422,
  too_costly: 422,
  idempotency_mismatch: 422,
  provider: 502,
  unavailable: 503,
  provider_timeout: 504,
  timeout: 500,
  memory: 500,
  crash: 500,
  internal: 500,
} as const satisfies Readonly<Record<ErrorCode, number>>;

const TITLES: Readonly<Record<(typeof HTTP_STATUS)[ErrorCode], string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** An RFC 9457 problem document, as the service and `--json` show it. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly errors: readonly Finding[];
}

export function problemOf({ code, detail, findings }: AppError): Problem {
  const status = HTTP_STATUS[code];
  return { type: "about:blank", title: TITLES[status], status, detail, code, errors: findings };
}
