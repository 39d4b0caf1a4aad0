import { until } from "./test-until.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks for JSON and gets an object, whatever the status. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const body: unknown = JSON.parse((await response.text()) || "{}");
  if (typeof body !== "object" || body === null) throw new TypeError(`${url} answered ${JSON.stringify(body)}`);
  return { status: response.status, headers: response.headers, body: { ...body } };
}

export function post(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return ask(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
}

/** The answer of a job, a sweep or a walk-forward when it is final, by its own address. */
export async function finalAnswer(url: string, ms = 30_000): Promise<Answer> {
  let last: Answer | undefined;
  await until(async () => {
    last = await ask(url);
    return ["completed", "failed", "cancelled"].includes(String(last.body.status));
  }, ms);
  return last!;
}

/** Events of a stream of Server-Sent Events, to its end or until `enough` of them came. */
export async function eventsOf(
  url: string,
  enough: (events: readonly string[]) => boolean = () => false,
): Promise<readonly string[]> {
  const leave = new AbortController();
  const response = await fetch(url, { signal: leave.signal });
  const events: string[] = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of response.body ?? []) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const name = /^event: (\w+)$/m.exec(block)?.[1];
      if (name !== undefined) events.push(`${name} ${/^data: (.*)$/m.exec(block)?.[1] ?? ""}`);
    }
    if (enough(events)) {
      leave.abort();
      break;
    }
  }
  return events;
}
