import type { GateRule } from "./rule.ts";
import { conflictingBars } from "./rules/conflicting-bars.ts";
import { flatRuns } from "./rules/flat-runs.ts";
import { futureBars } from "./rules/future-bars.ts";
import { mixedOffsets } from "./rules/mixed-offsets.ts";
import { negativeVolume } from "./rules/negative-volume.ts";
import { notFinite } from "./rules/not-finite.ts";
import { partialPrices } from "./rules/partial-prices.ts";
import { pricesAboveZero } from "./rules/prices-above-zero.ts";
import { pricesOutOfOrder } from "./rules/prices-out-of-order.ts";
import { splitLikeJumps } from "./rules/split-like-jumps.ts";
import { textCells } from "./rules/text-cells.ts";
import { weekendBars } from "./rules/weekend-bars.ts";
import { zeroVolume } from "./rules/zero-volume.ts";

/** Every rule of the gate by the code of its warning. Where several refuse one row, the message is that of the first. */
export const gateRules = {
  mixed_offsets: mixedOffsets,
  text_cell: textCells,
  not_finite: notFinite,
  future_bar: futureBars,
  conflicting_bars: conflictingBars,
  price_not_positive: pricesAboveZero,
  negative_volume: negativeVolume,
  prices_out_of_order: pricesOutOfOrder,
  partial_prices: partialPrices,
  split_like_jump: splitLikeJumps,
  weekend_bars: weekendBars,
  zero_volume: zeroVolume,
  flat_run: flatRuns,
} as const satisfies Readonly<Record<string, GateRule>>;
