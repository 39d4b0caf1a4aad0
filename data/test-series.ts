import { cachedProvider } from "./cache.ts";
import { writeEntries } from "./cache-kills.ts";
import type { SeriesStore } from "./series-store.ts";
import { yahooProvider } from "./yahoo.ts";
import { FRIDAY_EVENING, QUICK, queryOf } from "./yahoo-test-query.ts";

/** What a process told of the bars that it asked for. */
export interface Told {
  readonly bars: number;
  readonly closes: number;
  readonly problems: readonly string[];
}

/**
 * What a process of a test does with a store: `write` writes entries for ever; `ask URL SYMBOL TERM_MS FROM` asks a stand-in for Yahoo for daily
 * bars of a symbol from an epoch time on, through a cache in the store: it tells when it begins, and what came of it in a line of JSON.
 */
export async function actOn(store: SeriesStore, [what, url = "", symbol = "", termMs = "", from = ""]: readonly string[]) {
  if (what === "write") return writeEntries(store, Infinity, () => process.stdout.write("writing\n"));
  const nowMs = () => FRIDAY_EVENING;
  const problems: string[] = [];
  const provider = cachedProvider(
    yahooProvider({ baseUrl: url, ...QUICK, readMs: 60_000, connectMs: 60_000, totalMs: 60_000, nowMs }),
    {
      store,
      name: "yahoo",
      nowMs,
      times: { termMs: Number(termMs), patienceMs: 60_000, pollMs: 20, answerMs: 5000 },
      onProblem: (message) => problems.push(message),
    },
  );
  process.stdout.write("asking\n");
  const answer = await provider.bars(queryOf({ symbol, range: { startMs: Number(from), endMs: Infinity } }));
  if (!answer.ok) throw new Error(answer.error.detail);
  const { close } = answer.value.raw;
  const told: Told = { bars: close.length, closes: close.reduce((sum, value) => sum + value, 0), problems };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
