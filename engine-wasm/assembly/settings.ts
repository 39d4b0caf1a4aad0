// The settings of the run at hand; a fraction that does not apply is NaN.

export let initialCash: f64 = 0;
export let fillAtClose: bool = false;
export let commission: f64 = 0;
export let commissionFixed: f64 = 0;
export let slippage: f64 = 0;
export let sizing: i32 = 0;
export let sizingValue: f64 = 0;
export let fractional: bool = true;
export let reduceOrders: bool = false;
export let closeAtEnd: bool = false;
export let requireVolume: bool = false;
export let stopLoss: f64 = NaN;
export let takeProfit: f64 = NaN;
export let trailingStop: f64 = NaN;

export function configure(
  cash: f64,
  atClose: bool,
  fraction: f64,
  fixed: f64,
  slip: f64,
  sizingKind: i32,
  value: f64,
  wholeOff: bool,
  reduce: bool,
  endClose: bool,
  volume: bool,
  stop: f64,
  target: f64,
  trailing: f64,
): void {
  initialCash = cash;
  fillAtClose = atClose;
  commission = fraction;
  commissionFixed = fixed;
  slippage = slip;
  sizing = sizingKind;
  sizingValue = value;
  fractional = wholeOff;
  reduceOrders = reduce;
  closeAtEnd = endClose;
  requireVolume = volume;
  stopLoss = stop;
  takeProfit = target;
  trailingStop = trailing;
}
