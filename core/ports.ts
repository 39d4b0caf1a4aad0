import type { Interval } from "./bars.ts";
import type { AppError } from "./errors.ts";
import type { BarRange } from "./gate/range.ts";
import type { RawBars } from "./gate/raw-bars.ts";
import type { Result } from "./result.ts";

/** Which bars are wanted. A provider may give more than asked for; the gate cuts the range. */
export interface BarQuery {
  readonly symbol: string;
  /** Null: what the source has, or its default where it has several. */
  readonly interval: Interval | null;
  readonly range: BarRange;
  /** Bars before the range that indicators may see. */
  readonly warmupBars: number;
  /** Prices adjusted for splits and dividends, where the source has both forms. */
  readonly adjusted: boolean;
}

/** Where bars come from, for the `data` block of an answer. */
export interface BarOrigin {
  readonly source: string;
  readonly symbol: string;
  readonly adjusted: boolean;
  /** True for made-up prices; an answer based on them says so. */
  readonly synthetic: boolean;
  /** What a reader of the result has to know about the source; null when nothing. */
  readonly note: string | null;
}

export interface ProvidedBars {
  readonly raw: RawBars;
  readonly origin: BarOrigin;
}

/**
 * Fetches bars from one origin, unjudged: the gate decides what may reach the engine.
 *
 * Errors: `not_found` for a symbol or file that does not exist, `no_data` for one without bars, `bad_data` for one that cannot be read,
 * `invalid_request` for a query that makes no sense here; `provider`, `provider_timeout` and `unavailable` for one that has to be asked over a
 * network.
 */
export interface BarProvider {
  bars(query: BarQuery): Promise<Result<ProvidedBars, AppError>>;
}
