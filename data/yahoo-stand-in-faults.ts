/** What the stand-in does for one symbol; nothing: the good answer. @param times how often it was asked, this time included */
type Fault = (times: number, good: () => object) => Response | Promise<Response> | undefined;

const JSON_TYPE = { "content-type": "application/json" };

/** Symbols for which the stand-in for Yahoo misbehaves, one way each. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  /** Too many requests the first time, to be tried again after a second. */
  "FAULT-429": (times) => (times === 1 ? limited("1") : undefined),
  "FAULT-LIMIT": () => limited("120"),
  /** Two errors, then good. */
  "FAULT-500": (times) => (times <= 2 ? new Response("oops", { status: 500 }) : undefined),
  "FAULT-DOWN": () => new Response("oops", { status: 503 }),
  "FAULT-403": () => new Response("<h1>Forbidden</h1>", { status: 403, headers: { "content-type": "text/html" } }),
  /** Not found, but not in Yahoo's words. */
  "FAULT-404": () => new Response("404 page not found", { status: 404 }),
  "FAULT-MOVED": () => Response.redirect("/elsewhere", 302),
  "FAULT-HTML": () => new Response("<!doctype html><h1>Consent</h1>", { headers: { "content-type": "text/html" } }),
  /** HTML under the name of JSON. */
  "FAULT-MASK": () => new Response("<!doctype html><h1>Consent</h1>", { headers: JSON_TYPE }),
  /** Ends in the middle. */
  "FAULT-CUT": (_, good) => new Response(JSON.stringify(good()).slice(0, -200), { headers: JSON_TYPE }),
  /** Closing braces and nothing that fits. */
  "FAULT-SHAPE": () => Response.json({ chart: { result: [{ meta: { currency: 7 }, indicators: { quote: [] } }], error: null } }),
  "FAULT-HANG": () => new Promise(() => {}),
  /** The head and the first bytes, then silence. */
  "FAULT-STALL": () =>
    new Response(new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('{"chart"')) }), { headers: JSON_TYPE }),
  "FAULT-HUGE": () =>
    new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536).fill(0x7b)) }), {
      headers: JSON_TYPE,
    }),
  /** No bars, for a symbol that exists. */
  "FAULT-EMPTY": (_, good) => Response.json(edited(good(), () => undefined)),
  "FAULT-RANGE": () =>
    Response.json(
      {
        chart: { result: null, error: { code: "Bad Request", description: "Data doesn't exist for startDate = 1, endDate = 2" } },
      },
      { status: 400 },
    ),
  /** Well-formed, but only the first tenth of the bars. */
  "FAULT-SHORT": (_, good) => Response.json(edited(good(), (values) => values.slice(0, values.length / 10))),
  /** Well-formed, but only the last tenth. */
  "FAULT-LATE": (_, good) => Response.json(edited(good(), (values) => values.slice(-values.length / 10))),
  /** Only the first half, and no trade after it. */
  "FAULT-OLD": (_, good) => Response.json(endedEarly(edited(good(), (values) => values.slice(0, values.length / 2)))),
  /** The third bar has no prices. */
  "FAULT-NULLS": (_, good) =>
    Response.json(edited(good(), (values, name) => (name === "timestamp" ? values : values.with(2, null)))),
  /** One column lacks a value. */
  "FAULT-RAGGED": (_, good) => Response.json(edited(good(), (values, name) => (name === "low" ? values.slice(1) : values))),
};

function limited(retryAfter: string): Response {
  return new Response("Too Many Requests\r\n", { status: 429, headers: { "retry-after": retryAfter } });
}

/** The same answer with each of its lists of numbers changed, or left out. */
function edited(good: object, change: (values: unknown[], name: string) => unknown[] | undefined): object {
  const lists = new Set(["timestamp", "open", "high", "low", "close", "volume", "adjclose"]);
  const text = JSON.stringify(good, (name, value: unknown) =>
    lists.has(name) && Array.isArray(value) && typeof value[0] === "number" ? change(value, name) : value,
  );
  return JSON.parse(text);
}

/** The same answer, in which the time of the last trade is that of the last bar. */
function endedEarly(good: object): object {
  const text = JSON.stringify(good);
  const last = /"timestamp":\[(?:\d+,)*(\d+)\]/.exec(text)?.[1] ?? "0";
  return JSON.parse(text.replace(/"regularMarketTime":\d+/, `"regularMarketTime":${last}`));
}
