import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail } from "../core/errors.ts";
import type { BarProvider, BarQuery, ProvidedBars } from "../core/ports.ts";
import { ok } from "../core/result.ts";
import { DAY_MS, formatDay, formatInstant } from "../core/time.ts";
import { type CacheSettings, cachedProvider } from "./cache.ts";
import { describeBarProvider } from "./conformance.ts";
import { directorySeries } from "./series-directory.ts";
import type { SeriesStore } from "./series-store.ts";
import { yahooProvider } from "./yahoo.ts";
import { startStandIn } from "./yahoo-stand-in.ts";
import { days, FRIDAY_EVENING, QUICK, queryOf } from "./yahoo-test-query.ts";

const folders: string[] = [];
let now = FRIDAY_EVENING;
const nowMs = () => now;
const dividendDays: number[] = [];
const standIn = startStandIn({ nowMs, dividendDays });
const yahoo = yahooProvider({ baseUrl: standIn.url, ...QUICK, nowMs });

beforeEach(() => {
  now = FRIDAY_EVENING;
  dividendDays.length = 0;
});
afterAll(async () => {
  await standIn.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-cache-"));
  folders.push(folder);
  return folder;
}

/** A cache before Yahoo that remembers how often Yahoo was asked. */
function cached(folder = newFolder(), inner: BarProvider = yahoo, settings: Partial<CacheSettings> = {}) {
  const asked: BarQuery[] = [];
  const counting: BarProvider = {
    bars(query) {
      asked.push(query);
      return inner.bars(query);
    },
  };
  const provider = cachedProvider(counting, { store: directorySeries(folder, nowMs, null), name: "yahoo", nowMs, ...settings });
  const got = async (change: Partial<BarQuery> = {}): Promise<ProvidedBars> => {
    const answer = await provider.bars(queryOf(change));
    if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.detail}`);
    return answer.value;
  };
  return { provider, asked, got, folder };
}

const dates = ({ raw }: ProvidedBars) => [...raw.timeMs].map(formatDay);
const ends = (answer: ProvidedBars) => [dates(answer)[0], dates(answer).at(-1)];
const TIMES = { termMs: 10_000, patienceMs: 10_000, pollMs: 5, answerMs: 5000 };
const down: BarProvider = { bars: async () => fail("unavailable", "Yahoo cannot be reached") };

describeBarProvider("yahoo", async () => ({
  provider: cached().provider,
  known: queryOf(),
  unknown: queryOf({ symbol: "NOSUCH" }),
}));

describe("the cache", () => {
  test("answers with the rows of the range and the warm-up, equal to those of the provider", async () => {
    const { got, asked } = cached();
    const range = days("2024-03-04", "2024-03-15");
    for (let i = 0; i < 2; i++) {
      const answer = await got({ range, warmupBars: 3 });
      expect(ends(answer)).toEqual(["2024-02-28", "2024-03-15"]);
      const direct = await yahoo.bars(queryOf({ range: days("2024-02-28", "2024-03-15") }));
      if (!direct.ok) throw new Error(direct.error.detail);
      const from = direct.value.raw.timeMs.indexOf(Date.UTC(2024, 1, 28));
      expect(answer.raw.close).toEqual(direct.value.raw.close.slice(from, from + answer.raw.close.length));
    }
    expect(asked.length).toBe(1);
  });

  test("fetches a range that is over once, also for another process and years later", async () => {
    const first = cached();
    const range = days("2024-02-01", "2024-05-31");
    await first.got({ range });
    now += 2000 * DAY_MS;
    const second = cached(first.folder);
    await first.got({ range });
    expect(ends(await second.got({ range }))).toEqual(["2024-02-01", "2024-05-31"]);
    expect(ends(await second.got({ range: days("2024-01-01", "2024-01-31") }))).toEqual(["2024-01-01", "2024-01-31"]);
    expect([first.asked.length, second.asked.length]).toEqual([1, 0]);
  });

  test("extends a range that reaches to the present by what is new since then, and only then", async () => {
    const { got, asked } = cached();
    expect(ends(await got())).toEqual(["2024-01-01", "2024-06-14"]);
    now += 8 * 3_600_000;
    expect(ends(await got())).toEqual(["2024-01-01", "2024-06-14"]);
    expect(asked.length).toBe(1);
    now = Date.UTC(2024, 5, 18, 20, 30);
    const extended = await got();
    expect(ends(extended)).toEqual(["2024-01-01", "2024-06-18"]);
    expect(new Set(dates(extended)).size).toBe(122);
    expect(asked.slice(1).map(({ range }) => formatDay(range.startMs))).toEqual(["2024-06-10"]);
    const direct = await yahoo.bars(queryOf());
    expect(direct.ok && direct.value.raw.close).toEqual(extended.raw.close);
  });

  test("asks again after a while within a session, since the bar of the day is not there yet", async () => {
    now = Date.UTC(2024, 5, 17, 15);
    const { got, asked } = cached();
    const forming = await got();
    expect([dates(forming).at(-1), forming.raw.notes.map(({ code }) => code)]).toEqual(["2024-06-14", ["forming_bar"]]);
    expect((await got({ range: days("2024-01-01", "2024-05-31") })).raw.notes).toEqual([]);
    now += 10 * 60_000;
    await got();
    expect(asked.length).toBe(1);
    now = Date.UTC(2024, 5, 17, 20, 30);
    const complete = await got();
    expect([dates(complete).at(-1), complete.raw.notes]).toEqual(["2024-06-17", []]);
    expect(asked.length).toBe(2);
  });

  test("fetches everything again when the overlap shows that older prices were adjusted anew", async () => {
    const { got, asked } = cached();
    const before = await got();
    now += 4 * DAY_MS;
    dividendDays.push(Date.UTC(2024, 5, 17));
    const after = await got();
    expect(asked.map(({ range }) => formatDay(range.startMs))).toEqual(["2024-01-01", "2024-06-10", "2024-01-01"]);
    const ratios = [...before.raw.close].map((close, i) => (after.raw.close[i] ?? Number.NaN) / close);
    expect(Math.max(...ratios.map((ratio) => Math.abs(ratio - 0.98)))).toBeLessThan(1e-12);
    expect(dates(after).at(-1)).toBe("2024-06-18");
  });

  test("fetches anew what lies before what it holds, and keeps both", async () => {
    const { got, asked } = cached();
    await got();
    expect(ends(await got({ range: days("2019-05-01", "2019-05-31") }))).toEqual(["2019-05-01", "2019-05-31"]);
    expect(ends(await got({ range: days(null, null) }))).toEqual(["2000-01-03", "2024-06-14"]);
    expect(ends(await got({ range: days("2019-05-01", null), warmupBars: 250 }))[1]).toBe("2024-06-14");
    await got({ range: days("1971-01-01", null), warmupBars: 90 });
    expect(asked.length).toBe(4);
    await got({ range: days("1999-01-01", null), warmupBars: 100 });
    expect(asked.length).toBe(4);
  });

  test("serves all who ask meanwhile with one fetch, also when it fails", async () => {
    const { provider, asked } = cached();
    const queries = [
      queryOf(),
      queryOf({ range: days("2024-05-01", null) }),
      queryOf({ range: days("2024-02-01", "2024-03-01") }),
    ];
    const answers = await Promise.all([...queries, ...queries].map((query) => provider.bars(query)));
    expect(answers.map(({ ok }) => ok)).toEqual(Array(6).fill(true));
    expect(asked.length).toBe(1);
    const failing = cached(newFolder(), down);
    const failures = await Promise.all(queries.map((query) => failing.provider.bars(query)));
    expect(failures.map((answer) => (answer.ok ? "" : answer.error.code))).toEqual(Array(3).fill("unavailable"));
    expect(failing.asked.length).toBe(1);
  });

  test("tells apart adjusted prices, intervals, symbols and origins", async () => {
    const { got, asked, folder } = cached();
    await got();
    await got({ adjusted: false });
    await got({ interval: "1wk" });
    await got({ symbol: "ACME2" });
    await cached(folder, yahoo, { name: "elsewhere" }).got();
    expect(asked.length).toBe(4);
    expect(readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.bars$/.test(name)).length).toBe(5);
  });

  test("keeps bars within a day up to where they were asked for", async () => {
    const { got, asked } = cached();
    const range = { startMs: Date.UTC(2024, 5, 12, 14), endMs: Date.UTC(2024, 5, 12, 16) };
    const hours = (answer: ProvidedBars) => [...answer.raw.timeMs].map(formatInstant);
    const wanted = ["2024-06-12T14:30:00Z", "2024-06-12T15:30:00Z"];
    expect(hours(await got({ interval: "1h", range }))).toEqual(wanted);
    expect(hours(await got({ interval: "1h", range }))).toEqual(wanted);
    expect(asked.length).toBe(1);
    const longer = await got({ interval: "1h", range: { ...range, endMs: Infinity } });
    expect([hours(longer).length, hours(longer).at(-1)]).toEqual([20, "2024-06-14T19:30:00Z"]);
    expect(asked.length).toBe(2);
    const open = { interval: "5m", range: days(null, null) } as const;
    expect(ends(await got(open))).toEqual(["2024-04-17", "2024-06-14"]);
    now += 30 * DAY_MS;
    expect(ends(await got(open))).toEqual(["2024-04-17", "2024-07-12"]);
    expect(formatDay(asked.at(-1)?.range.startMs ?? 0)).toBe("2024-06-14");
    await got({ ...open, range: days("2024-04-01", null) });
    expect(formatDay(asked.at(-1)?.range.startMs ?? 0)).toBe("2024-04-01");
  });

  test("does not keep short, empty or bad answers", async () => {
    for (const symbol of ["FAULT-SHORT", "FAULT-EMPTY", "FAULT-HTML"]) {
      const { provider, asked, folder } = cached();
      await provider.bars(queryOf({ symbol }));
      await provider.bars(queryOf({ symbol }));
      expect([asked.length, readdirSync(folder)]).toEqual([2, []]);
    }
    const broken: BarProvider = {
      async bars(query) {
        const answer = await yahoo.bars(query);
        if (!answer.ok) return answer;
        return ok({ ...answer.value, raw: { ...answer.value.raw, low: answer.value.raw.low.with(3, -1) } });
      },
    };
    const { got, asked, folder } = cached(newFolder(), broken);
    expect((await got()).raw.low[3]).toBe(-1);
    await got();
    expect([asked.length, readdirSync(folder)]).toEqual([2, []]);
  });

  test("notices an answer that begins later than an earlier one did, and does not keep it", async () => {
    const first = cached();
    await first.got();
    const later: BarProvider = {
      bars: (query) =>
        yahoo.bars({ ...query, range: { ...query.range, startMs: Math.max(query.range.startMs, Date.UTC(2024, 2, 1)) } }),
    };
    dividendDays.push(Date.UTC(2024, 5, 17));
    now += 4 * DAY_MS;
    const { got } = cached(first.folder, later);
    expect((await got()).raw.notes.map(({ message }) => message)).toEqual([
      "the bars begin with 2024-02-29; an earlier answer began with 2024-01-01",
    ]);
    expect(ends(await first.got({ range: days("2024-01-01", "2024-06-14") }))[0]).toBe("2024-01-01");
  });

  test("takes a damaged file for none and replaces it", async () => {
    const { got, folder } = cached();
    const answer = await got();
    const [name = ""] = readdirSync(folder);
    const path = join(folder, name);
    const whole = readFileSync(path);
    const damaged = [
      whole.subarray(0, whole.length / 2),
      Buffer.alloc(0),
      Buffer.from("hello"),
      Buffer.from(whole).fill(1, 3000, 3001),
    ];
    for (const bytes of damaged) {
      writeFileSync(path, bytes);
      const again = cached(folder);
      expect((await again.got()).raw.close).toEqual(answer.raw.close);
      expect(again.asked.length).toBe(1);
      expect(readFileSync(path).length).toBe(whole.length);
    }
  });

  test("answers without a connection what it holds completely, and says what it has of the rest", async () => {
    const { got, folder } = cached();
    await got();
    now += 20 * DAY_MS;
    const offline = cached(folder, down);
    expect(ends(await offline.got({ range: days("2024-02-01", "2024-06-12") }))).toEqual(["2024-02-01", "2024-06-12"]);
    expect(offline.asked.length).toBe(0);
    const answer = await offline.provider.bars(queryOf());
    expect(answer).toMatchObject({ ok: false, error: { code: "unavailable" } });
    expect(answer.ok ? "" : answer.error.detail).toBe(
      "Yahoo cannot be reached; bars up to 2024-06-14 are at hand: they can be used with that as end",
    );
  });

  test("goes on answering where it cannot write, and tells why it does not keep", async () => {
    const problems: string[] = [];
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    const { got, asked } = cached(join(file, "below"), yahoo, { onProblem: (message) => problems.push(message) });
    await got();
    await got();
    expect(asked.length).toBe(1);
    expect(problems.length).toBe(1);
    expect(problems[0]).toStartWith(`market data cannot be kept in ${join(file, "below")}: `);
    const { folder, got: first } = cached();
    await first();
    const [name = ""] = readdirSync(folder);
    rmSync(join(folder, name));
    mkdirSync(join(folder, name));
    await cached(folder, yahoo, { onProblem: (message) => problems.push(message) }).got();
    expect([problems.length, readdirSync(folder)]).toEqual([2, [name]]);
  });

  test.each([
    ["fails", TIMES, () => Promise.reject(new Error("closed")), "closed"],
    ["hangs", { ...TIMES, answerMs: 10 }, () => new Promise<never>(() => {}), "no answer within 0.01 s"],
  ])("goes on answering where its store %s, and tells of it", async (_, times, broken, reason) => {
    const problems: string[] = [];
    const lease = () => ({ take: broken, renew: broken, release: broken });
    const store: SeriesStore = { place: "nowhere", read: broken, write: broken, lease };
    const onProblem = (message: string) => problems.push(message);
    const { got, asked } = cached("", yahoo, { store, times, onProblem });
    expect(ends(await got())).toEqual(["2024-01-01", "2024-06-14"]);
    await got();
    expect(asked.length).toBe(1);
    const unread = `market data kept in nowhere cannot be read: ${reason}`;
    expect(problems).toEqual([unread, unread, `market data cannot be kept in nowhere: ${reason}`]);
  });

  test("goes on answering where a lease is lost to the store in the middle of a fetch", async () => {
    const broken = () => Promise.reject(new Error("closed"));
    const lease = () => ({ take: async () => true, renew: broken, release: broken });
    const { got, folder } = cached();
    await got();
    const store = { ...directorySeries(folder, nowMs, null), lease };
    const renewing = { ...TIMES, termMs: 3 };
    const slow: BarProvider = { bars: (query) => Bun.sleep(20).then(() => yahoo.bars(query)) };
    now += 4 * DAY_MS;
    expect(ends(await cached(folder, slow, { store, times: renewing }).got())[1]).toBe("2024-06-18");
  });

  test("takes what a process with a clock a little ahead has fetched for up to date", async () => {
    const first = cached();
    now += 5000;
    await first.got();
    now -= 5000;
    const second = cached(first.folder);
    await second.got();
    now -= 60_000;
    const behind = cached(first.folder);
    await behind.got();
    expect([second.asked.length, behind.asked.length]).toEqual([0, 1]);
  });

  test("holds a limited number of series in memory, the rest in files", async () => {
    const { got, asked, folder } = cached(newFolder(), yahoo, { inMemory: 1 });
    await got();
    await got({ symbol: "ACME2" });
    rmSync(join(folder, readdirSync(folder)[0] ?? ""));
    rmSync(join(folder, readdirSync(folder)[0] ?? ""));
    await got({ symbol: "ACME2" });
    expect(asked.length).toBe(2);
    await got();
    expect(asked.length).toBe(3);
  });

  test("removes what killed writers left an hour ago", async () => {
    const folder = newFolder();
    const [old, recent] = [join(folder, "a.bars.1-x.tmp"), join(folder, "b.bars.2-y.tmp")];
    writeFileSync(old, "x");
    writeFileSync(recent, "x");
    utimesSync(old, new Date(now - 2 * 3_600_000), new Date(now - 2 * 3_600_000));
    utimesSync(recent, new Date(now), new Date(now));
    const lock = join(folder, "c.bars.lock");
    writeFileSync(lock, "z");
    utimesSync(lock, new Date(now - 2 * 3_600_000), new Date(now - 2 * 3_600_000));
    await cached(folder).got();
    expect(readdirSync(folder).filter((name) => !/^[0-9a-f]{64}\.bars$/.test(name))).toEqual(["b.bars.2-y.tmp"]);
  });
});
