import { type AppError, appError } from "../core/errors.ts";
import { exchange, type Reply, Unanswered } from "./yahoo-exchange.ts";
import type { Limiter } from "./yahoo-limiter.ts";

/** How requests to Yahoo are made. Times are in ms. */
export interface YahooHttpSettings {
  /** Where requests go instead of Yahoo's own hosts, such as a stand-in's address; null for Yahoo. */
  readonly baseUrl: string | null;
  /** From the start of a request to the head of the answer. */
  readonly connectMs: number;
  /** The longest silence within an answer. */
  readonly readMs: number;
  /** All of a call: waiting for its turn, requests and pauses. */
  readonly totalMs: number;
  readonly maxBytes: number;
  /** How often a request is made again after 429, 5xx, a cut-off answer or no answer. */
  readonly retries: number;
  /** The pause before the first repetition, doubled for each further one; half of it is left to chance. */
  readonly backoffMs: number;
  /** The longest pause that Yahoo can ask of all calls. */
  readonly longestPauseMs: number;
}

/** What an injected fetch throws, so that it passes through the client library unchanged. */
export class YahooFailure extends Error {
  readonly error: AppError;

  constructor(error: AppError) {
    super(error.detail);
    this.error = error;
  }
}

/** The end of every message about a call that may succeed at another time. */
export const WHAT_ELSE = 'try again later, or use source "sample" or an uploaded dataset';

const HOSTS = new Set(["query1.finance.yahoo.com", "query2.finance.yahoo.com"]);

/**
 * The text of one JSON answer of Yahoo, asked for as often as is worth it, within `totalMs` at most.
 *
 * @param url of one of Yahoo's own hosts; there are no others
 * @param nowMs the present, for a Retry-After that is a date
 * @throws {YahooFailure} `not_found`, `no_data`, `provider`, `provider_timeout` or `unavailable`
 */
export async function askYahoo(
  url: string,
  headers: RequestInit["headers"],
  symbol: string,
  settings: YahooHttpSettings,
  limiter: Limiter,
  nowMs: () => number,
): Promise<string> {
  const deadlineMs = performance.now() + settings.totalMs;
  const address = addressOf(url, settings.baseUrl);
  for (let attempt = 0; ; attempt++) {
    if (!(await limiter.enter(deadlineMs))) throw new YahooFailure(notLetIn(limiter.closedForMs));
    let reply: Reply | Unanswered;
    try {
      reply = await exchange(address, headers, settings, deadlineMs);
    } finally {
      limiter.leave();
    }
    const verdict = judge(reply, symbol, nowMs());
    if (typeof verdict === "string") return verdict;
    const pauseMs = settings.backoffMs * 2 ** attempt * (0.5 + Math.random() / 2);
    if (verdict.forAll) limiter.closeFor(Math.min(Math.max(pauseMs, verdict.waitMs), settings.longestPauseMs));
    const isLast = attempt >= settings.retries || performance.now() + Math.max(pauseMs, verdict.waitMs) >= deadlineMs;
    if (!verdict.again || isLast) throw new YahooFailure(verdict.error);
    await Bun.sleep(pauseMs);
  }
}

function addressOf(url: string, baseUrl: string | null): string {
  const { protocol, hostname, pathname, search } = new URL(url);
  if (protocol !== "https:" || !HOSTS.has(hostname)) throw new TypeError(`not an address of Yahoo: ${url}`);
  return baseUrl === null ? url : new URL(pathname + search, baseUrl).href;
}

/** Why there is no answer; `again` where asking once more may help, `forAll` where all calls have to pause, for `waitMs` at least. */
interface Refusal {
  readonly error: AppError;
  readonly again: boolean;
  readonly forAll: boolean;
  readonly waitMs: number;
}

/** The text of a good answer, or what is wrong with it. */
function judge(reply: Reply | Unanswered, symbol: string, nowMs: number): string | Refusal {
  if (reply instanceof Unanswered) {
    if (reply.why === "too_large")
      return final(appError("provider", `Yahoo's answer is too large: ${reply.message}; ${WHAT_ELSE}`));
    const error =
      reply.why === "timeout"
        ? appError("provider_timeout", `Yahoo did not answer in time (${reply.message}); ${WHAT_ELSE}`)
        : appError("unavailable", `Yahoo cannot be reached (${reply.message}); ${WHAT_ELSE}`);
    return { error, again: true, forAll: false, waitMs: 0 };
  }
  const { status, type, text } = reply;
  const said = description(text);
  const named = JSON.stringify(symbol);
  if (status === 429 || status >= 500) {
    const waitMs = retryAfterMs(reply.retryAfter, nowMs);
    const wait = waitMs > 0 ? ` and asks to wait ${Math.ceil(waitMs / 1000)} s` : "";
    const what = status === 429 ? "limits how often it is asked (HTTP 429)" : `has a problem of its own (HTTP ${status})`;
    const error = appError("provider", `Yahoo ${what}${wait}; ${WHAT_ELSE}`);
    return { error, again: true, forAll: status === 429 || waitMs > 0, waitMs };
  }
  if (status === 404 && said !== null) return final(appError("not_found", unknownSymbol(named, said)));
  if ((status === 400 || status === 422) && said !== null)
    return final(appError("no_data", `Yahoo has no such bars of ${named}: ${said}`));
  if (status !== 200) return final(appError("provider", `Yahoo refuses to answer (HTTP ${status}); ${WHAT_ELSE}`));
  if (!/\bjson\b/i.test(type) || !/^\s*\{/.test(text.slice(0, 100))) {
    const found = type === "" ? "no content type" : type.slice(0, 60);
    return final(appError("provider", `Yahoo answered with something that is no market data (${found}); ${WHAT_ELSE}`));
  }
  if (/\}\s*$/.test(text.slice(-100))) return text;
  return { error: appError("provider", `Yahoo's answer is cut off; ${WHAT_ELSE}`), again: true, forAll: false, waitMs: 0 };
}

function final(error: AppError): Refusal {
  return { error, again: false, forAll: false, waitMs: 0 };
}

/** @param named the symbol, quoted @param said Yahoo's own words */
export function unknownSymbol(named: string, said: string | null): string {
  const words = said === null ? "" : ` ("${said}")`;
  return `Yahoo knows no symbol ${named}${words}; check how Yahoo writes it, such as BRK-B, VOD.L, ^GSPC or BTC-USD`;
}

function notLetIn(closedForMs: number): AppError {
  if (closedForMs === 0) return appError("provider_timeout", `too many requests wait for Yahoo; ${WHAT_ELSE}`);
  return appError("provider", `Yahoo asked to wait another ${Math.ceil(closedForMs / 1000)} s; ${WHAT_ELSE}`);
}

/** What Yahoo says in the body of an error, made fit for a message. */
function description(text: string): string | null {
  const found = /"description"\s*:\s*"((?:[^"\\]|\\.){1,400})/.exec(text.slice(0, 10_000))?.[1];
  return found === undefined ? null : found.replace(/[^\x20-\x7e]|\\./g, " ").slice(0, 160);
}

/** Retry-After as seconds or as an HTTP date; 0 without one. */
function retryAfterMs(text: string | null, nowMs: number): number {
  if (text === null) return 0;
  if (/^\d{1,9}$/.test(text.trim())) return 1000 * Number(text);
  const until = Date.parse(text);
  return Number.isNaN(until) ? 0 : Math.max(0, until - nowMs);
}
