import { expect, test } from "bun:test";
import { count, money, percent, plain, price, ratio, shortPercent, shortTime } from "./numbers.ts";

test.each<readonly [(value: number) => string, number, string]>([
  [percent, 0.153, "15.30 %"],
  [percent, -0.000001, "0.00 %"],
  [percent, -0.5, "-50.00 %"],
  [percent, 12.345, "1,234.5 %"],
  [percent, Number.NaN, "n/a"],
  [shortPercent, 0.001, "0.1 %"],
  [shortPercent, 0.0005, "0.05 %"],
  [shortPercent, 0.07, "7 %"],
  [money, 1234567.891, "1,234,567.89"],
  [money, -999.999, "-1,000.00"],
  [money, 0, "0.00"],
  [money, -0, "0.00"],
  [money, 1e21, "1.00e+21"],
  [money, Number.NaN, "n/a"],
  [ratio, 0.5388, "0.54"],
  [ratio, 12345.6, "12,346"],
  [ratio, Number.NaN, "n/a"],
  [count, 9131, "9,131"],
  [count, 12, "12"],
  [price, 229.535, "229.53"],
  [price, 99.5, "99.5000"],
  [price, 0.0996047, "0.0996047"],
  [price, Number.NaN, "n/a"],
  [plain, 252, "252"],
  [plain, 71.82900805, "71.829"],
])("%p of %p reads %p", (format, value, text) => {
  expect(format(value)).toBe(text);
});

test.each([
  ["2024-01-31", "2024-01-31"],
  ["2024-01-31T14:30:00Z", "2024-01-31 14:30"],
  ["2024-01-31T14:30:15Z", "2024-01-31 14:30:15"],
])("the time %s reads %s", (time, text) => {
  expect(shortTime(time)).toBe(text);
});
