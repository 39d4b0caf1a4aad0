import { type Bars, emptyBars } from "../core/bars.ts";
import { normals, uniforms } from "../core/random.ts";

const TRADING_DAYS = 252;
/** Deviation of a day's return. */
const VOLATILITY = 0.01;
/** Mean days between two changes of the drift's sign. */
const MEAN_RUN = 60;
const DAY_MS = 86_400_000;
/** A Monday. */
const START_MS = Date.UTC(2015, 0, 5);

/** Daily bars of a market without any pattern: returns are normal around `drift`, a day's. */
export function walkBars(seed: number, days: number, drift: number): Bars {
  return dailyBars(seed, days, () => drift);
}

/**
 * Daily bars of a market whose drift keeps its size and changes its sign, after 60 days on average. Knowing the sign, and being long when it is up and flat when
 * it is down, has the given Sharpe ratio: half of the time in the market with mean m has mean m / 2 and variance sd^2 / 2 + m^2 / 4.
 *
 * @param sharpe annual, of the rule that knows; below sqrt(252)
 */
export function trendingBars(seed: number, days: number, sharpe: number): Bars {
  const perDay = sharpe / Math.sqrt(TRADING_DAYS);
  const size = VOLATILITY * perDay * Math.sqrt(2 / (1 - perDay * perDay));
  const next = uniforms(seed ^ 0x5bd1e995);
  let drift = next() < 0.5 ? size : -size;
  return dailyBars(seed, days, () => {
    if (next() < 1 / MEAN_RUN) drift = -drift;
    return drift;
  });
}

/**
 * Daily bars of a market without any pattern in its direction, whose calm and wild times stay together: GARCH(1,1), a day's variance being 2 % of its mean,
 * 10 % of the last day's square and 88 % of the last day's variance.
 */
export function clusteredBars(seed: number, days: number): Bars {
  const next = normals(seed);
  let variance = VOLATILITY ** 2;
  return barsFrom(days, () => {
    const change = Math.sqrt(variance) * next();
    variance = 0.02 * VOLATILITY ** 2 + 0.1 * change ** 2 + 0.88 * variance;
    return change;
  });
}

function dailyBars(seed: number, days: number, nextDrift: () => number): Bars {
  const next = normals(seed);
  return barsFrom(days, () => nextDrift() + VOLATILITY * next());
}

/** Weekdays, each opening at the close before. */
function barsFrom(days: number, nextChange: () => number): Bars {
  const bars = emptyBars(days);
  let open = 100;
  for (let i = 0; i < days; i++) {
    const close = open * (1 + nextChange());
    bars.timeMs[i] = START_MS + (7 * Math.floor(i / 5) + (i % 5)) * DAY_MS;
    bars.open[i] = open;
    bars.high[i] = Math.max(open, close);
    bars.low[i] = Math.min(open, close);
    bars.close[i] = close;
    open = close;
  }
  return bars;
}
