import { bollingerBreakout } from "./bollinger-breakout.ts";
import { bollingerReversion } from "./bollinger-reversion.ts";
import { buyAndHold } from "./buy-and-hold.ts";
import { donchianBreakout } from "./donchian-breakout.ts";
import { maCrossover } from "./ma-crossover.ts";
import { macdCrossover } from "./macd-crossover.ts";
import { momentum } from "./momentum.ts";
import { rsiReversion } from "./rsi-reversion.ts";
import type { Strategy } from "./strategy.ts";
import { supertrend } from "./supertrend.ts";

/** Every strategy by its name, in the order they are listed to users. */
export const strategies = {
  buy_and_hold: buyAndHold,
  ma_crossover: maCrossover,
  rsi_reversion: rsiReversion,
  bollinger_reversion: bollingerReversion,
  bollinger_breakout: bollingerBreakout,
  macd_crossover: macdCrossover,
  donchian_breakout: donchianBreakout,
  momentum,
  supertrend,
} satisfies Record<string, Strategy>;

export type StrategyName = keyof typeof strategies;

export function isStrategyName(name: string): name is StrategyName {
  return Object.hasOwn(strategies, name);
}

/** A strategy as one that takes the values `parseParams` has let through. */
export function strategyNamed(name: StrategyName): Strategy {
  return strategies[name];
}
