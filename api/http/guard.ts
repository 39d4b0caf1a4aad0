import { type AppError, appError } from "../../core/errors.ts";
import { shown } from "../../core/shown.ts";
import { isLoopback } from "../config.ts";

const LONGEST_URL = 8192;
const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * What a request may not be, whatever it asks for, or null. Errors: `forbidden` for a Host that is not this server's (a page whose name was
 * pointed at the loopback would be let in otherwise) and for changes that a page of another origin asks for; `invalid_request` for a URL of more
 * than 8,192 characters.
 *
 * @param hosts names of this server beside the loopback's, in lower case; null: any name
 */
export function refusedAtTheDoor(request: Request, hosts: readonly string[] | null): AppError | null {
  const { headers, url, method } = request;
  if (url.length > LONGEST_URL) {
    return appError("invalid_request", `the URL is longer than ${LONGEST_URL} characters: got ${url.length}`);
  }
  const host = headers.get("host");
  if (host !== null && hosts !== null && !isOwn(nameOf(host), hosts)) {
    return appError("forbidden", `this server is not called ${shown(host)}; use localhost, or the name it was started with`);
  }
  if (SAFE_METHODS.includes(method)) return null;
  const origin = headers.get("origin");
  if (origin !== null && !isSameOrigin(origin, host ?? new URL(url).host)) {
    return appError("forbidden", `pages of other origins may not change anything here: got Origin ${shown(origin)}`);
  }
  if (headers.get("sec-fetch-site") === "cross-site") {
    return appError("forbidden", "pages of other sites may not change anything here");
  }
  return null;
}

/** The name in a Host header, without the port. */
function nameOf(host: string): string {
  const colon = host.startsWith("[") ? host.indexOf(":", host.indexOf("]")) : host.indexOf(":");
  return (colon === -1 ? host : host.slice(0, colon)).toLowerCase();
}

function isOwn(name: string, hosts: readonly string[]): boolean {
  return isLoopback(name) || hosts.includes(name);
}

function isSameOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}
