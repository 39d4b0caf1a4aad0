import { describe, expect, test } from "bun:test";
import { inferInterval, weekday } from "../core/calendar.ts";
import { WHOLE_RANGE } from "../core/gate/range.ts";
import { formatInstant } from "../core/time.ts";
import { describeBarProvider } from "./conformance.ts";
import { sampleProvider, sampleSeries } from "./sample.ts";

const query = (symbol: string) => ({ symbol, interval: null, range: WHOLE_RANGE, warmupBars: 0, adjusted: true });

describeBarProvider("sample", async () => ({
  provider: sampleProvider,
  known: query("SAMPLE-TREND"),
  unknown: query("SAMPLE-MOON"),
}));

const names = Object.keys(sampleSeries);

async function bars(name: string) {
  const provided = await sampleProvider.bars(query(name));
  if (!provided.ok) throw new Error(provided.error.detail);
  return provided.value.raw;
}

/** SHA-256 over all columns, as little-endian doubles. */
async function checksum(name: string): Promise<string> {
  const { timeMs, open, high, low, close, volume } = await bars(name);
  const hash = new Bun.CryptoHasher("sha256");
  for (const column of [timeMs, open, high, low, close, volume ?? timeMs]) hash.update(column);
  return hash.digest("hex").slice(0, 16);
}

describe("samples are fixed for ever", () => {
  test.each([
    ["SAMPLE-TREND", 9131, "6b6210065187bb93", [1137.92, 1147.75, 1130.68, 1131.75, 11928721]],
    ["SAMPLE-RANGE", 9131, "236716e62f450e75", [53.22, 53.94, 53.02, 53.79, 6140316]],
    ["SAMPLE-VOL", 9131, "8a9a347c8d48d25f", [261.51, 266.38, 261.05, 261.42, 16965854]],
    ["SAMPLE-MIN", 23400, "02182a9fbfec9f98", [245.59, 246.05, 245.47, 245.89, 91349]],
  ] as const)("%s", async (name, length, sum, last) => {
    const { open, high, low, close, volume } = await bars(name);
    const end = close.length - 1;
    expect(close).toHaveLength(length);
    expect([open[end], high[end], low[end], close[end], volume?.[end]]).toEqual([...last]);
    expect(await checksum(name)).toBe(sum);
  });

  test("the table above has all of them", () => {
    expect(names).toEqual(["SAMPLE-TREND", "SAMPLE-RANGE", "SAMPLE-VOL", "SAMPLE-MIN"]);
  });
});

describe.each(names)("%s", (name) => {
  test("has prices in whole cents, consistent bars and whole volumes", async () => {
    const { open, high, low, close, volume } = await bars(name);
    for (let i = 0; i < close.length; i++) {
      for (const price of [open[i]!, high[i]!, low[i]!, close[i]!])
        if (Number(price.toFixed(2)) !== price) throw new Error(`${price} in bar ${i}`);
      const ordered = low[i]! > 0 && low[i]! <= Math.min(open[i]!, close[i]!) && high[i]! >= Math.max(open[i]!, close[i]!);
      if (!ordered || !Number.isInteger(volume?.[i]) || volume![i]! <= 0) throw new Error(`bar ${i} is inconsistent`);
    }
    expect(close.length).toBeGreaterThan(9000);
  });

  test("has bars on weekdays only, in order", async () => {
    const { timeMs } = await bars(name);
    for (let i = 0; i < timeMs.length; i++) {
      if (weekday(timeMs[i]!) % 6 === 0 || (i > 0 && timeMs[i]! <= timeMs[i - 1]!))
        throw new Error(`bar ${i} at ${formatInstant(timeMs[i]!)}`);
    }
    expect(inferInterval(timeMs)?.interval).toBe(name === "SAMPLE-MIN" ? "1m" : "1d");
  });
});

test("daily samples run from 1990-01-02 to 2024-12-31, the minutes over 60 sessions from 09:30 to 15:59", async () => {
  for (const name of names.slice(0, 3)) {
    const { timeMs } = await bars(name);
    expect([timeMs[0], timeMs.at(-1)]).toEqual([Date.UTC(1990, 0, 2), Date.UTC(2024, 11, 31)]);
  }
  const { timeMs } = await bars("SAMPLE-MIN");
  expect(timeMs).toHaveLength(60 * 390);
  expect([timeMs[0], timeMs[389], timeMs.at(-1)].map((time) => formatInstant(time ?? 0))).toEqual([
    "2024-10-09T09:30:00Z",
    "2024-10-09T15:59:00Z",
    "2024-12-31T15:59:00Z",
  ]);
});

test("each has the character it is described with", async () => {
  const yearly = async (name: string) => {
    const { close } = await bars(name);
    const returns = Array.from(close.subarray(1), (price, i) => price / close[i]! - 1);
    const mean = returns.reduce((sum, r) => sum + r, 0) / returns.length;
    const variance = returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (returns.length - 1);
    return { growth: (close[close.length - 1]! / close[0]!) ** (1 / 35) - 1, volatility: Math.sqrt(variance * 252), close };
  };
  const trend = await yearly("SAMPLE-TREND");
  expect(trend.growth).toBeWithin(0.05, 0.12);
  expect(trend.volatility).toBeWithin(0.15, 0.2);
  const range = await yearly("SAMPLE-RANGE");
  expect(range.growth).toBeWithin(-0.01, 0.01);
  expect(Math.max(...range.close) / Math.min(...range.close)).toBeLessThan(2);
  const wild = await yearly("SAMPLE-VOL");
  expect(wild.volatility).toBeWithin(0.3, 0.4);
});

test("names of object members are no samples", async () => {
  const found = await sampleProvider.bars(query("constructor"));
  expect(found).toMatchObject({ ok: false, error: { code: "not_found", detail: expect.stringContaining(names.join(", ")) } });
});
