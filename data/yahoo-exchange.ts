import type { YahooHttpSettings } from "./yahoo-fetch.ts";

/** An answer, whatever it says. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly retryAfter: string | null;
  readonly text: string;
}

/** No answer, or none that was read to its end; `message` says what was seen. */
export class Unanswered extends Error {
  readonly why: "timeout" | "network" | "too_large";

  constructor(why: Unanswered["why"], message: string) {
    super(message);
    this.why = why;
  }
}

/**
 * One request and all of its answer, within the limits of time and size. Redirects are not followed.
 * @param deadlineMs by `performance.now()`
 */
export async function exchange(
  address: string,
  headers: RequestInit["headers"],
  { connectMs, readMs, maxBytes }: YahooHttpSettings,
  deadlineMs: number,
): Promise<Reply | Unanswered> {
  const controller = new AbortController();
  const within = <T>(work: Promise<T>, ms: number, what: string) =>
    before(work, Math.min(ms, deadlineMs - performance.now()), `${what} in ${seconds(ms)}`);
  try {
    const asked = fetch(address, { ...(headers && { headers }), redirect: "manual", signal: controller.signal });
    const response = await within(asked, connectMs, "no answer");
    const reader = response.body?.getReader();
    const chunks: Uint8Array[] = [];
    let size = 0;
    while (reader !== undefined) {
      const { done, value } = await within(reader.read(), readMs, "the answer stopped, nothing");
      if (done) break;
      size += value.length;
      if (size > maxBytes) return new Unanswered("too_large", `more than ${maxBytes} bytes`);
      chunks.push(value);
    }
    return {
      status: response.status,
      type: response.headers.get("content-type") ?? "",
      retryAfter: response.headers.get("retry-after"),
      text: Buffer.concat(chunks).toString("utf8"),
    };
  } catch (cause) {
    if (cause instanceof Unanswered) return cause;
    const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
    return new Unanswered("network", code || (cause instanceof Error ? cause.message.slice(0, 100) : "no connection"));
  } finally {
    controller.abort();
  }
}

async function before<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Unanswered("timeout", what)), Math.max(0, ms));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
