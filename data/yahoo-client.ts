import type { ChartResultObject } from "yahoo-finance2/modules/chart";
import type { Interval } from "../core/bars.ts";
import type { Period } from "./yahoo-range.ts";

/** Gives the text of a good JSON answer, or throws. */
type Ask = (url: string, headers: RequestInit["headers"]) => Promise<string>;

/** One chart of Yahoo, checked against the client library's schema. @param symbol as it stands in a URL @throws what `ask` throws, and for answers of another form */
export type ChartClient = (symbol: string, interval: Interval, period: Period, ask: Ask) => Promise<ChartResultObject>;

/** More than anybody asks at once: the library's own line is never the one to wait in. */
const ALL_AT_ONCE = 1_000_000;

/** The client library, loaded when it is first needed, that prints nothing and uses the network only through `ask`. */
export async function loadChartClient(): Promise<ChartClient> {
  const [{ default: createYahooFinance }, { default: chart }] = await Promise.all([
    import("yahoo-finance2/createYahooFinance"),
    import("yahoo-finance2/modules/chart"),
  ]);
  const Client = createYahooFinance({ modules: { chart } });
  const client = new Client({
    versionCheck: false,
    suppressNotices: ["yahooSurvey"],
    queue: { concurrency: ALL_AT_ONCE },
    validation: { logErrors: false, logOptionsErrors: false },
  });
  return (symbol, interval, { fromMs, toMs }, ask) => {
    const answer = async (url: string | URL | Request, init?: RequestInit) => {
      const text = await ask(String(url), { "user-agent": userAgentOf(init), accept: "application/json" });
      return new Response(text, { headers: { "content-type": "application/json" } });
    };
    return client.chart(
      symbol,
      {
        period1: new Date(fromMs),
        period2: new Date(toMs),
        interval,
        includePrePost: false,
        events: "div|split",
        return: "object",
      },
      { fetch: Object.assign(answer, { preconnect: fetch.preconnect }) },
    );
  };
}

function userAgentOf(init: RequestInit | undefined): string {
  return new Headers(init?.headers).get("user-agent") ?? "Mozilla/5.0 (compatible)";
}
