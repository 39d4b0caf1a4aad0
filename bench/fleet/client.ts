/** An answer of the service. */
export interface Answer {
  readonly status: number;
  readonly location: string;
  readonly body: unknown;
}

const POLL_MS = 5;
const MOST_MS = 120_000;

export async function postJson(url: string, body: object, prefer: string): Promise<Answer> {
  const headers = { "content-type": "application/json", prefer };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, location: response.headers.get("location") ?? "", body: JSON.parse(await response.text()) };
}

export async function getJson(url: string): Promise<unknown> {
  return JSON.parse(await (await fetch(url)).text());
}

/** Asks every few milliseconds until it is so. @throws {Error} when it is not so in time */
export async function waitFor(holds: () => Promise<boolean>, everyMs = POLL_MS): Promise<void> {
  for (const start = performance.now(); !(await holds()); await Bun.sleep(everyMs)) {
    if (performance.now() - start > MOST_MS) throw new Error(`it was not so within ${MOST_MS} ms: ${holds}`);
  }
}

export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
