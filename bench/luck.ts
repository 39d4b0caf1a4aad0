import type { Bars } from "../core/bars.ts";
import type { VerdictCode } from "../core/overfitting/verdict.ts";
import type { BarProvider } from "../core/ports.ts";
import { parseSweep, type SweepRequest } from "../core/requests/sweep.ts";
import { ok } from "../core/result.ts";
import type { Luck } from "../core/run/luck.ts";
import { runSweep, type SweepPorts } from "../core/run/sweep.ts";
import { mean } from "../core/statistics/moments.ts";
import type { StrategyName } from "../core/strategies/registry.ts";
import { plainSweeper } from "../engine-ts/sweep.ts";
import { loadEngineWasm } from "../engine-wasm/load.ts";
import { loadSweeper } from "../engine-wasm/sweep/sweeper.ts";
import { type Effort, report, whole } from "./http/report.ts";
import { clusteredBars, trendingBars, walkBars } from "./luck-data.ts";
import type { Table } from "./receipt.ts";

const DAYS = 2520;
/** A day's drift of the rising walk: 10 % a year. */
const RISE = 0.0004;
const MOST_FOOLED = 0.05;
const LEAST_FOUND = 0.8;

interface Market {
  readonly name: string;
  readonly bars: (seed: number) => Bars;
  /** Whether so large a share of `promising` is what was asked for; null where nothing was. */
  readonly asked: ((share: number) => boolean) | null;
}

const fewFooled = (share: number) => share <= MOST_FOOLED;
const trending = (sharpe: number, asked: Market["asked"]): Market => ({
  name: `changing drift, right rule ${sharpe}`,
  bars: (seed) => trendingBars(seed, DAYS, sharpe),
  asked,
});
const WALKS: readonly Market[] = [
  { name: "random walk", bars: (seed) => walkBars(seed, DAYS, 0), asked: fewFooled },
  { name: "rising random walk", bars: (seed) => walkBars(seed, DAYS, RISE), asked: fewFooled },
];
const MARKETS = [...WALKS, trending(0.5, null), trending(1, null), trending(2, (share) => share >= LEAST_FOUND)];
const CLUSTERED: Market = { name: "clustered random walk", bars: (seed) => clusteredBars(seed, DAYS), asked: fewFooled };

interface Grid {
  readonly name: string;
  readonly strategy: StrategyName;
  readonly params: Readonly<Record<string, { readonly from: number; readonly to: number; readonly step: number }>>;
}

const SMA: Grid = {
  name: "SMA pairs",
  strategy: "ma_crossover",
  params: { fast: { from: 5, to: 100, step: 5 }, slow: { from: 10, to: 200, step: 10 } },
};
const RSI: Grid = {
  name: "RSI",
  strategy: "rsi_reversion",
  params: { period: { from: 2, to: 30, step: 4 }, lower: { from: 10, to: 40, step: 5 }, upper: { from: 60, to: 90, step: 5 } },
};
const BOLLINGER: Grid = {
  name: "Bollinger",
  strategy: "bollinger_reversion",
  params: { period: { from: 5, to: 60, step: 5 }, multiplier: { from: 0.5, to: 3, step: 0.25 } },
};

/** Searches that are made on each of some seeds. */
interface Round {
  readonly seeds: string;
  readonly first: number;
  readonly searches: readonly { readonly grid: Grid; readonly market: Market }[];
}

const over = (grid: Grid, markets: readonly Market[]) => markets.map((market) => ({ grid, market }));
/** Seeds that were looked at while thresholds were chosen, and seeds that were not. */
const ROUNDS: readonly Round[] = [
  { seeds: "known", first: 1, searches: over(SMA, MARKETS) },
  {
    seeds: "fresh",
    first: 50_001,
    searches: [
      ...over(SMA, [...MARKETS, CLUSTERED]),
      ...over(RSI, [...WALKS, CLUSTERED]),
      ...over(BOLLINGER, [...WALKS, CLUSTERED]),
    ],
  },
];

/** What became of one search. */
type Search = Luck & { readonly sharpe: number };

/** How often verdicts are right: markets without a pattern, and with one of known strength, swept and judged as a user's sweep is. */
export async function benchLuck(effort: Effort): Promise<void> {
  const count = effort.quick ? 4 : 200;
  const engine = await loadEngineWasm();
  using sweeper = await loadSweeper(plainSweeper(engine), 1, () => performance.now());
  const results: Row[] = [];
  for (const { seeds, first, searches } of ROUNDS) {
    for (const { grid, market } of searches) {
      const request = requestFor(grid);
      const made: Search[] = [];
      for (let seed = first; seed < first + count; seed++) {
        const ports = { provider: providerOf(market.bars(seed)), engine, sweeper, nowMs: Date.UTC(2030, 0, 1) };
        made.push(await search(request, ports));
      }
      const summary = summaryOf(made);
      const as_asked = market.asked?.(summary.promising) ?? null;
      results.push({ seeds, first, grid: grid.name, market: market.name, trials: request.grid.trials, ...summary, as_asked });
    }
  }
  report(effort, "DL-020", "luck", "luck", results, tableOf(effort, count, results));
}

function requestFor({ strategy, params }: Grid): SweepRequest {
  const parsed = parseSweep({ symbol: "WALK", source: "inline", strategy, params }, { barsApart: true });
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value.request;
}

function providerOf(bars: Bars): BarProvider {
  const raw = { ...bars, interval: null, offsetMinutes: null, oddCells: [], rows: { word: "row", first: 0 }, notes: [] };
  const origin = { source: "inline", symbol: "WALK", adjusted: true, synthetic: true, note: null };
  return { bars: async () => ok({ raw, origin }) };
}

async function search(request: SweepRequest, ports: SweepPorts): Promise<Search> {
  const run = await runSweep(request, ports);
  if (!run?.ok || run.value.luck === null) throw new Error(`the sweep failed: ${JSON.stringify(run)}`);
  const { luck, trials, order } = run.value;
  return { ...luck, sharpe: trials.sharpe[order[0]!]! };
}

function summaryOf(searches: readonly Search[]) {
  const share = (holds: (one: Search) => boolean) => searches.filter(holds).length / searches.length;
  const coded = (code: VerdictCode) => share(({ verdict }) => verdict.code === code);
  const meanOf = (figure: (one: Search) => number) => mean(Float64Array.from(searches, figure));
  return {
    searches: searches.length,
    promising: coded("promising"),
    inconclusive: coded("inconclusive"),
    likely_luck: coded("likely_luck"),
    not_computable: coded("not_computable"),
    deflated_sharpe_from_95: share(({ deflatedSharpe }) => deflatedSharpe >= 0.95),
    overfitting_up_to_10: share(({ probabilityOfBacktestOverfitting: pbo }) => pbo <= 0.1),
    best_sharpe: meanOf(({ sharpe }) => sharpe),
    expected_max_sharpe: meanOf(({ expectedMaxSharpe }) => expectedMaxSharpe),
    effective_trials: meanOf(({ effectiveTrials }) => effectiveTrials),
  };
}

type Row = ReturnType<typeof summaryOf> & {
  readonly seeds: string;
  readonly first: number;
  readonly grid: string;
  readonly trials: number;
  readonly market: string;
  readonly as_asked: boolean | null;
};

function tableOf(effort: Effort, count: number, results: readonly Row[]): Table {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  /** Half of the width of a 95 % interval, in points. */
  const doubt = (share: number) => Math.round(196 * Math.sqrt((share * (1 - share)) / count));
  const judged = (met: boolean | null) => (met === null ? "" : effort.quick ? "not judged: quick" : met ? "met" : "missed");
  const seeds = ROUNDS.map((round) => `${round.seeds}: ${whole(round.first)} to ${whole(round.first + count - 1)}`);
  return {
    title: "How often the verdict on a sweep is right",
    notes: [
      `Each search is a sweep over ${whole(DAYS)} daily bars, long or flat, no costs, ${count} of them a row, through the same use case as a user's sweep, \`overfitting\` full. SMA pairs: fast 5 to 100 by 5, slow 10 to 200 by 10, fast < slow. RSI reversion: period 2 to 30 by 4, lower 10 to 40 and upper 60 to 90 by 5. Bollinger reversion: period 5 to 60 by 5, multiplier 0.5 to 3 by 0.25.`,
      "Random walk: normal returns, 1 % a day; rising: with a drift of 10 % a year; clustered: calm and wild times stay together (GARCH). Changing drift: its size is fixed, its sign changes after 60 days on average; `right rule` is the annual Sharpe ratio of the rule that knows the sign and is long or flat. Averages see the sign late: what a trial can have is less.",
      `Seeds, ${seeds.join("; ")}. Thresholds were chosen while looking at seeds 1 to 1,000 of the SMA pairs, so that the known rows may flatter, and at walks of other seeds swept by RSI, Bollinger and other strategies; the fresh seeds were not among them.`,
      `Asked: promising at most ${percent(MOST_FOOLED)} without a pattern, at least ${percent(LEAST_FOUND)} at 2. Of ${count} searches a share of 5 % is known to about ${doubt(0.05)} points either way, one of 80 % to ${doubt(0.8)}.`,
      "Beside the verdict, what other rules would have called good: a deflated Sharpe ratio of 0.95 or more, a probability of backtest overfitting of 10 % or less.",
    ],
    columns: [
      ...["seeds", "grid", "trials", "market", "promising", "asked", "inconclusive", "likely luck", "not computable"],
      ...["deflated Sharpe >= 0.95", "PBO <= 10 %", "best Sharpe, mean", "luck's Sharpe, mean", "effective trials, mean"],
    ],
    rows: results.map((row) => [
      row.seeds,
      row.grid,
      whole(row.trials),
      row.market,
      percent(row.promising),
      judged(row.as_asked),
      ...[row.inconclusive, row.likely_luck, row.not_computable].map(percent),
      ...[row.deflated_sharpe_from_95, row.overfitting_up_to_10].map(percent),
      ...[row.best_sharpe, row.expected_max_sharpe].map((sharpe) => sharpe.toFixed(2)),
      whole(row.effective_trials),
    ]),
  };
}
