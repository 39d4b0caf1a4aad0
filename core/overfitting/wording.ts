/** A whole number with its thousands set apart: 19900 is 19,900. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A Sharpe ratio with two decimals; what rounds to nothing has no sign. */
export function sharpeText(value: number): string {
  const text = value.toFixed(2);
  return text === "-0.00" ? "0.00" : text;
}

/** What trials are ranked by, for people. */
export function objectiveText(objective: string): string {
  return objective === "sharpe" ? "Sharpe ratio" : objective.replaceAll("_", " ");
}

/** A fraction in whole percent. */
export function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}

/** How often something happens in searches, for people: 0.02 is "about 1 in 50 such searches". */
export function oddsOf(probability: number): string {
  if (probability < 0.001) return "fewer than 1 in 1,000 such searches";
  if (probability <= 0.4) return `about 1 in ${count(Number((1 / probability).toPrecision(2)))} such searches`;
  return probability > 0.9 ? "nearly every such search" : `about ${Math.round(probability * 10)} of 10 such searches`;
}
