import { adx } from "./adx.ts";
import { atr } from "./atr.ts";
import { bbands } from "./bbands.ts";
import { cci } from "./cci.ts";
import { donchian } from "./donchian.ts";
import { ema } from "./ema.ts";
import { emaAdjusted } from "./ema-adjusted.ts";
import { emaFirst } from "./ema-first.ts";
import { ichimoku } from "./ichimoku.ts";
import type { Indicator } from "./indicator.ts";
import { keltner } from "./keltner.ts";
import { macd } from "./macd.ts";
import { mom } from "./mom.ts";
import { obv } from "./obv.ts";
import { rma } from "./rma.ts";
import { roc } from "./roc.ts";
import { rsi } from "./rsi.ts";
import { sma } from "./sma.ts";
import { stddev } from "./stddev.ts";
import { stoch } from "./stoch.ts";
import { supertrend } from "./supertrend.ts";
import { trueRange } from "./true-range.ts";
import { vwap } from "./vwap.ts";
import { wma } from "./wma.ts";

/** Every indicator by its name. */
export const indicators = {
  sma,
  ema,
  ema_first: emaFirst,
  ema_adjusted: emaAdjusted,
  rma,
  wma,
  rsi,
  macd,
  stddev,
  bbands,
  true_range: trueRange,
  atr,
  donchian,
  adx,
  stoch,
  cci,
  obv,
  roc,
  mom,
  vwap,
  keltner,
  supertrend,
  ichimoku,
} satisfies Record<string, Indicator>;
