// From the sums of a trial to its figures, by the formulas of statistics.ts.
import { ZERO_DISPERSION } from "../../../core/engine/abi";

/** Doubles that `writeFigures` writes: TRIAL_FIGURES of core/sweep/trials.ts, then `doubtful`. */
export const FIGURE_FIELDS: i32 = 13;

/** Sums run in another order than those of a single run: a difference below this share of what was summed has lost too many digits. */
const CANCELLED: f64 = 1e-6;
/** A return is a quotient less 1, right to some 1e-16 whatever its size: figures of changes not well above that are doubtful. */
const FAINT: f64 = 1e-6;
/** At or below ten times the threshold, rounding may decide whether a ratio is defined. */
const SURE_DISPERSION: f64 = 10 * ZERO_DISPERSION;

/**
 * Writes the figures of one trial, NaN where undefined, and 1 for `doubtful` where rounding may have cost more than 1e-9 of a figure or decided whether it is
 * defined: such a trial must be run as a single run. A trial without fills never is.
 *
 * @param out        FIGURE_FIELDS doubles
 * @param count      number of returns, all of them existing: bars of the range
 * @param s1         sum of the returns
 * @param s2         sum of their squares
 * @param shortfall  sum of min(r - mar, 0)^2
 * @param least      least equity / running peak, 1 where equity never fell
 * @param doubtful   true where the caller knows already
 * @param riskFree   per period, as `mar`
 */
export function writeFigures(
  out: usize,
  count: f64,
  s1: f64,
  s2: f64,
  shortfall: f64,
  least: f64,
  initial: f64,
  final: f64,
  fills: i32,
  trades: i32,
  winners: i32,
  profit: f64,
  loss: f64,
  held: i32,
  ledger: u32,
  doubtful: bool,
  riskFree: f64,
  mar: f64,
  periodsPerYear: f64,
): void {
  const mean = s1 / count;
  const squares = s2 - s1 * mean;
  const volatility = count < 2 ? NaN : sqrt(max(squares, 0) / (count - 1));
  const root = sqrt(periodsPerYear);
  const downsideAnn = sqrt(shortfall / count) * root;
  const totalReturn = count == 0 ? NaN : final / initial - 1;
  const drawdown = count == 0 ? NaN : least - 1;
  store<f64>(out, totalReturn);
  store<f64>(out, volatility > ZERO_DISPERSION ? ((mean - riskFree) / volatility) * root : NaN, 8);
  store<f64>(out, count >= 2 && downsideAnn > ZERO_DISPERSION ? ((mean - mar) * periodsPerYear) / downsideAnn : NaN, 16);
  store<f64>(out, volatility, 24);
  store<f64>(out, drawdown, 32);
  store<f64>(out, <f64>fills, 40);
  store<f64>(out, <f64>trades, 48);
  store<f64>(out, <f64>winners, 56);
  store<f64>(out, profit, 64);
  store<f64>(out, loss, 72);
  store<f64>(out, <f64>held, 80);
  store<f64>(out, <f64>ledger, 88);
  const sure =
    fills == 0 ||
    (!doubtful &&
      abs(totalReturn) >= FAINT &&
      (drawdown == 0 || drawdown <= -FAINT) &&
      (count < 2 ||
        (squares > CANCELLED * s2 &&
          sureSquares(s2, volatility) &&
          (shortfall == 0 || sureSquares(shortfall, downsideAnn)) &&
          sureExcess(count, s1, s2, riskFree) &&
          sureExcess(count, s1, s2, mar))));
  store<f64>(out, sure ? 0 : 1, 96);
}

function sureSquares(sum: f64, dispersion: f64): bool {
  return sum > FAINT * FAINT && sum < Infinity && dispersion > SURE_DISPERSION;
}

/** Whether the mean less a rate keeps its digits. */
function sureExcess(count: f64, s1: f64, s2: f64, rate: f64): bool {
  return abs(s1 - count * rate) > CANCELLED * (sqrt(count * s2) + count * abs(rate)) + FAINT * sqrt(count);
}
