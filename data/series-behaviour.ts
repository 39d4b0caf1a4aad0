import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Series } from "./cache-entry.ts";
import { entryOf, killWriters, SERIES } from "./cache-kills.ts";
import { type SeriesStore, type StoreTimes, withLease } from "./series-store.ts";
import type { Told } from "./test-series.ts";
import { startStandIn } from "./yahoo-stand-in.ts";
import { FRIDAY_EVENING } from "./yahoo-test-query.ts";

/** A place of series: two processes' stores of it, and what starts a third, given what it is to do. */
export interface SeriesPlace {
  readonly stores: readonly [SeriesStore, SeriesStore];
  readonly command: readonly string[];
  close(): Promise<void>;
}

const TIMES: StoreTimes = { termMs: 10_000, patienceMs: 60_000, pollMs: 4, answerMs: 5000 };
const TERM_MS = 500;
const FROM = Date.UTC(2024, 0, 1);

const seriesOf = (symbol: string): Series => ({ ...SERIES, symbol });

/** What every place for fetched series promises, as tests. */
export function describeSeriesStore(name: string, open: () => Promise<SeriesPlace>): void {
  describe(`series store: ${name}`, () => {
    let place: SeriesPlace;
    beforeAll(async () => {
      place = await open();
    });
    afterAll(() => place.close());
    const leaseOf = (symbol: string, i = 0, termMs = TIMES.termMs) => place.stores[i % 2]!.lease(seriesOf(symbol), termMs);

    test("gives back what was written, exact to the bit, and the last of several", async () => {
      const [one, other] = place.stores;
      for (const k of [0, 1, 2]) await one.write(entryOf(k));
      expect(await other.read(SERIES)).toEqual(entryOf(2));
      expect(await one.read({ ...SERIES, adjusted: false })).toBeUndefined();
    });

    test("lets one contender at a time act for a series, and each of them in the end", async () => {
      let [acting, most, done] = [0, 0, 0];
      const act = async () => {
        most = Math.max(most, ++acting);
        await Bun.sleep(2);
        acting--;
        done++;
      };
      await Promise.all(Array.from({ length: 12 }, (_, i) => withLease(leaseOf("TURNS", i), TIMES, act)));
      expect([most, done]).toEqual([1, 12]);
    });

    test("makes nobody wait for another series", async () => {
      const held = leaseOf("HELD");
      expect(await held.take()).toBe(true);
      expect(await withLease(leaseOf("FREE", 1), TIMES, async () => "acted")).toBe("acted");
      await held.release();
    });

    test("frees a series when the act fails", async () => {
      const failing = withLease(leaseOf("FAILS"), TIMES, () => Promise.reject(new Error("no bars")));
      await expect(failing).rejects.toThrow("no bars");
      expect(await leaseOf("FAILS", 1).take()).toBe(true);
    });

    test("lets those act who have waited for long", async () => {
      const held = leaseOf("LONG");
      expect(await held.take()).toBe(true);
      expect(await withLease(leaseOf("LONG", 1), { ...TIMES, patienceMs: 20 }, async () => "acted")).toBe("acted");
      expect(await leaseOf("LONG", 1).take()).toBe(false);
    });

    test("holds a lease for a term from when it was renewed, then gives it to another, and the former holder changes nothing", async () => {
      const [first, second, third] = [leaseOf("TERM", 0, TERM_MS), leaseOf("TERM", 1, TERM_MS), leaseOf("TERM", 0, TERM_MS)];
      for (let judged = false; !judged; ) {
        while (!(await first.take())) await Bun.sleep(TERM_MS);
        await second.take();
        await Bun.sleep(0.6 * TERM_MS);
        const renewedMs = performance.now();
        await first.renew();
        await Bun.sleep(0.6 * TERM_MS);
        const taken = await second.take();
        judged = performance.now() - renewedMs < TERM_MS;
        if (judged) expect(taken).toBe(false);
      }
      while (!(await second.take())) await Bun.sleep(20);
      await first.renew();
      await first.release();
      expect(await third.take()).toBe(false);
      await second.release();
      expect(await third.take()).toBe(true);
    });

    test("reads whole beside its writers and after each of them was killed", async () => {
      const { kills, reads, badReads } = await killWriters(8, place.stores[0], [...place.command, "write"]);
      expect(kills).toBe(8);
      expect(reads).toBeGreaterThanOrEqual(16);
      expect(badReads).toBe(0);
    }, 30_000);

    const ask = (url: string, symbol: string, termMs: number) => {
      const child = Bun.spawn([...place.command, "ask", url, symbol, String(termMs), String(FROM)], { stdout: "pipe" });
      const lines = linesOf(child.stdout);
      const asking = lines.next();
      return {
        child,
        /** Resolves when it is about to ask. */
        asking,
        told: async (): Promise<Told> => {
          await asking;
          return JSON.parse((await lines.next()).value ?? "null");
        },
      };
    };

    test("one fetch serves all processes that ask at once", async () => {
      const gate = Promise.withResolvers<void>();
      const answer = async (good: () => object) => {
        await gate.promise;
        return Response.json(good());
      };
      await using standIn = standInWith((times, good) => (times === 1 ? answer(good) : undefined));
      const asked = Array.from({ length: 4 }, () => ask(standIn.url, "MANY", TIMES.termMs));
      await Promise.all(asked.map(({ asking }) => asking));
      await Bun.sleep(200);
      gate.resolve();
      const told = await Promise.all(asked.map((one) => one.told()));
      expect(told.map(({ bars, problems }) => [bars, problems])).toEqual(Array(4).fill([120, []]));
      expect(new Set(told.map(({ closes }) => closes)).size).toBe(1);
      expect(standIn.asked.length).toBe(1);
    }, 30_000);

    test("a process that is killed while it fetches is followed by the next one", async () => {
      const reached = Promise.withResolvers<void>();
      const never = () => {
        reached.resolve();
        return new Promise<Response>(() => {});
      };
      await using standIn = standInWith((times) => (times === 1 ? never() : undefined));
      const first = ask(standIn.url, "KILLED", TERM_MS);
      await reached.promise;
      const second = ask(standIn.url, "KILLED", TERM_MS);
      await second.asking;
      first.child.kill("SIGKILL");
      expect(await second.told()).toMatchObject({ bars: 120, problems: [] });
      expect(standIn.asked.length).toBe(2);
    }, 30_000);
  });
}

/** A stand-in for Yahoo on a Friday evening. @param answer in place of its own; `times` is how often it was asked */
export function standInWith(answer: (times: number, good: () => object) => Response | Promise<Response> | undefined) {
  const standIn = startStandIn({ nowMs: () => FRIDAY_EVENING, answer: (_, times, good) => answer(times, good) });
  return { ...standIn, [Symbol.asyncDispose]: () => standIn.stop() };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  return undefined;
}
