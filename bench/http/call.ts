import type { Call } from "./spec.ts";

export const JSON_HEADERS = { "content-type": "application/json" } as const;

export type Verdict = "good" | "bad" | "wrong";

const HASH = /"result_hash":"([^"]*)"/;

/** Sends a call once and reads the whole answer: `bad` without a 200, `wrong` with another result than expected. */
export async function make({ url, method, body, resultHash }: Call): Promise<Verdict> {
  try {
    const response = await fetch(url, { method, ...(body === undefined ? {} : { body, headers: JSON_HEADERS }) });
    const text = await response.text();
    if (response.status !== 200) return "bad";
    return resultHash === undefined || HASH.exec(text)?.[1] === resultHash ? "good" : "wrong";
  } catch {
    return "bad";
  }
}
