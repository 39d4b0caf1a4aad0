import { describe, expect, test } from "bun:test";
import { type BarsGenerator, generatedBars } from "./generated-bars.ts";
import type { Indicator, IndicatorColumns } from "./indicator.ts";
import { indicators } from "./registry.ts";

type Column = readonly (number | null)[];
type DataSet = Readonly<Record<"open" | "high" | "low" | "close" | "volume" | "session", Column>> & {
  readonly generator?: BarsGenerator;
};
interface Tolerance {
  readonly rel: number;
  readonly abs: number;
}
interface SmallFile {
  readonly tolerance: Tolerance;
  readonly data: Readonly<Record<string, DataSet>>;
  readonly cases: readonly {
    readonly id: string;
    readonly indicator: string;
    readonly params: Readonly<Record<string, number>>;
    readonly data: string;
    readonly firstIndex: Readonly<Record<string, number | null>>;
    readonly expected: Readonly<Record<string, Column>>;
  }[];
}
interface LargeFile {
  readonly tolerance: Tolerance;
  readonly generator: BarsGenerator;
  readonly checks: Readonly<
    Record<"sumOpenCents" | "sumHighCents" | "sumLowCents" | "sumCloseCents" | "sumVolume" | "minLowCents", number>
  > &
    Readonly<Record<"firstBarCents" | "lastBarCents", readonly number[]>>;
  readonly cases: readonly {
    readonly indicator: string;
    readonly params: Readonly<Record<string, number>>;
    readonly output: string;
    readonly firstIndex: number;
    readonly first: number;
    readonly at: Readonly<Record<string, number>>;
    readonly sum: number;
  }[];
}

const small: SmallFile = await Bun.file(`${import.meta.dir}/vectors/indicators.json`).json();
const large: LargeFile = await Bun.file(`${import.meta.dir}/vectors/large.json`).json();

/** The reference writes kPeriod and plusDi where the registry says k_period and plus_di. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function snakeKeys<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [snakeCase(name), value]));
}

function indicatorNamed(reference: string): Indicator {
  const found = Object.entries(indicators).find(([name]) => name === snakeCase(reference));
  if (found === undefined) throw new RangeError(`no indicator ${reference}`);
  return found[1];
}

const toColumn = (values: Column) => Float64Array.from(values, (value) => value ?? Number.NaN);

function columnsOf(data: DataSet): IndicatorColumns {
  return {
    timeMs: new Float64Array(data.close.length),
    high: toColumn(data.high),
    low: toColumn(data.low),
    close: toColumn(data.close),
    volume: toColumn(data.volume),
    session: toColumn(data.session),
  };
}

const within = (got: number, want: number, { rel, abs }: Tolerance) =>
  Math.abs(got - want) <= Math.max(abs, rel * Math.abs(want));

describe("indicators on small data sets", () => {
  test("the generated bars are those the vectors were made of", () => {
    const random = small.data.random;
    if (random?.generator === undefined) throw new RangeError("the random data set has no generator");
    const bars = generatedBars(random.generator);
    for (const name of ["open", "high", "low", "close", "volume"] as const)
      expect(Array.from(bars[name])).toEqual([...random[name]] as number[]);
  });

  test.each(small.cases.map((one) => [one.id, one] as const))("%s", (_, { indicator, params, data, expected, firstIndex }) => {
    const set = small.data[data];
    if (set === undefined) throw new RangeError(`no data set ${data}`);
    const outputs = indicatorNamed(indicator).compute(columnsOf(set), snakeKeys(params));
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(snakeKeys(expected)).sort());
    for (const [name, want] of Object.entries(snakeKeys(expected))) {
      const got = outputs[name] ?? new Float64Array(0);
      expect(got.length).toBe(want.length);
      const first = got.findIndex((value) => !Number.isNaN(value));
      expect(first === -1 ? null : first).toBe(snakeKeys(firstIndex)[name] ?? null);
      want.forEach((value, i) => {
        const found = got[i] ?? Number.NaN;
        if (value === null) expect({ name, i, found }).toEqual({ name, i, found: Number.NaN });
        else if (!within(found, value, small.tolerance)) expect({ name, i, found }).toEqual({ name, i, found: value });
      });
    }
  });

  test.each(small.cases.filter(({ data }) => data === "random").map((one) => [one.id, one] as const))(
    "%s says how many bars its slowest output needs",
    (_, { indicator, params, firstIndex }) => {
      const slowest = Math.max(...Object.values(firstIndex).map((bar) => bar ?? 0));
      expect(indicatorNamed(indicator).barsNeeded(snakeKeys(params))).toBe(slowest + 1);
    },
  );

  test("every registered indicator has a vector", () => {
    const covered = new Set(small.cases.map(({ indicator }) => snakeCase(indicator)));
    expect([...covered].sort()).toEqual(Object.keys(indicators).sort());
  });
});

describe("indicators on a million bars", () => {
  const bars = generatedBars(large.generator);
  const cents = (column: Float64Array) => column.reduce((sum, price) => sum + Math.round(price * 100), 0);

  test("the bars are those the vectors were made of", () => {
    const { checks, generator } = large;
    const bar = (i: number) => [bars.open, bars.high, bars.low, bars.close].map((column) => Math.round((column[i] ?? 0) * 100));
    expect(cents(bars.open)).toBe(checks.sumOpenCents);
    expect(cents(bars.high)).toBe(checks.sumHighCents);
    expect(cents(bars.low)).toBe(checks.sumLowCents);
    expect(cents(bars.close)).toBe(checks.sumCloseCents);
    expect(bars.volume.reduce((sum, volume) => sum + volume, 0)).toBe(checks.sumVolume);
    expect(bar(0)).toEqual([...checks.firstBarCents]);
    expect(bar(generator.n - 1)).toEqual([...checks.lastBarCents]);
    expect(Math.round(bars.low.reduce((least, low) => Math.min(least, low)) * 100)).toBe(checks.minLowCents);
  });

  test.each(large.cases.map((one) => [one.indicator, one] as const))(
    "%s",
    (_, { indicator, params, output, firstIndex, first, at, sum }) => {
      const line = indicatorNamed(indicator).compute(bars, snakeKeys(params))[snakeCase(output)] ?? new Float64Array(0);
      expect(line.findIndex((value) => !Number.isNaN(value))).toBe(firstIndex);
      const total = line.subarray(firstIndex).reduce((partial, value) => partial + value, 0);
      const pairs = [
        [line[firstIndex], first],
        [total, sum],
        ...Object.entries(at).map(([bar, want]) => [line[Number(bar)], want]),
      ] as const;
      for (const [got, want] of pairs) expect(within(got ?? Number.NaN, want ?? Number.NaN, large.tolerance)).toBe(true);
    },
  );
});
