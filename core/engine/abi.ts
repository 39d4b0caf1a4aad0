// Shared numeric constants: untyped literals, so that tsc and asc read the same file.

/** A signal, formed at the close of its bar (Int8). */
export const SIGNAL_NONE = 0;
export const SIGNAL_LONG = 1;
export const SIGNAL_SHORT = -1;
export const SIGNAL_EXIT = 2;

/** When an order fills. */
export const FILL_NEXT_OPEN = 0;
export const FILL_CLOSE = 1;

/** How an order is sized. */
export const SIZING_PERCENT_EQUITY = 0;
export const SIZING_SHARES = 1;
export const SIZING_CASH = 2;

/** Why a fill happened. */
export const REASON_SIGNAL = 0;
export const REASON_STOP = 1;
export const REASON_STOP_GAP = 2;
export const REASON_TAKE_PROFIT = 3;
export const REASON_TAKE_PROFIT_GAP = 4;
export const REASON_END = 5;
export const REASON_RUIN = 6;
/** A reverse split left less than one whole share: the position ended as cash in lieu, without a fill. */
export const REASON_SPLIT = 7;

/** What happened besides fills. */
export const EVENT_REJECTED_CASH = 0;
export const EVENT_REJECTED_SIZE = 1;
export const EVENT_EXPIRED = 2;
export const EVENT_SPLIT = 3;
export const EVENT_CASH_IN_LIEU = 4;
export const EVENT_RUIN = 5;

/** A dispersion or a loss, in units of return, at or below this counts as zero: ratios over it are undefined. */
export const ZERO_DISPERSION = 1e-12;

/** In cross-validation: a sum of squares about the mean below this share of the plain sum of squares is rounding: the returns are constant. */
export const CONSTANT_SHARE = 1e-10;

/** In cross-validation: a mean below this share of the root mean square is rounding: the returns add up to 0. */
export const ZERO_MEAN_SHARE = 1e-14;

/** An order may exceed the cash at hand by this fraction (rounding), and a quantity may miss a whole number by it. */
export const CASH_TOLERANCE = 1e-12;

/** A price this fraction short of a stop or target touches it: levels are products of decimals that doubles only approximate. */
export const TOUCH_TOLERANCE = 1e-12;
