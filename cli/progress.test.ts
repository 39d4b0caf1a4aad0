import { expect, test } from "bun:test";
import { barLine, progressOf } from "./progress.ts";
import { recorder } from "./test-session.ts";

/** A bar on a terminal with a clock that is set by hand. */
function barred(interactiveErrors: boolean, columns = 80) {
  const terminal = recorder({ interactiveErrors, columns });
  let now = 1000;
  const progress = progressOf(terminal, () => now);
  return {
    at: (ms: number, done: number) => {
      now = 1000 + ms;
      progress.update(done, 200);
    },
    clear: progress.clear,
    told: () => terminal.told().errors,
  };
}

test("the bar tells how far it is, of how much, and how long the rest takes at the speed so far", () => {
  expect(barLine(50, 200, 1000)).toBe("██████░░░░░░░░░░░░░░░░░░ 25 %  50 of 200 trials, 3 s left");
  expect(barLine(1000, 12_000, 10_000)).toEndWith("8 %  1,000 of 12,000 trials, 1 min 50 s left");
  expect(barLine(1, 3600, 2000)).toEndWith("0 %  1 of 3,600 trials, 1 h 59 min left");
  expect(barLine(0, 200, 1000)).toBe("░░░░░░░░░░░░░░░░░░░░░░░░ 0 %  0 of 200 trials");
  expect(barLine(200, 200, 1000)).toEndWith("100 %  200 of 200 trials, 0 s left");
});

test("it waits a little, is redrawn ten times a second at the most, and is taken away", () => {
  const bar = barred(true);
  bar.at(299, 10);
  expect(bar.told()).toBe("");
  bar.at(300, 20);
  bar.at(399, 30);
  bar.at(400, 40);
  const drawn = bar.told();
  expect(drawn.match(/\d+ of 200/g)).toEqual(["20 of 200", "40 of 200"]);
  bar.clear();
  expect(bar.told()).toBe(`${drawn}\r\x1b[K`);
  bar.clear();
  expect(bar.told()).toBe(`${drawn}\r\x1b[K`);
});

test("it keeps to the terminal's width", () => {
  const bar = barred(true, 40);
  bar.at(500, 20);
  expect(Bun.stripANSI(bar.told()).trim()).toHaveLength(39);
});

test("nothing is written where no person reads it, and nothing is left of quick work", () => {
  const piped = barred(false);
  piped.at(5000, 20);
  piped.clear();
  const quick = barred(true);
  quick.at(100, 200);
  quick.clear();
  expect([piped.told(), quick.told()]).toEqual(["", ""]);
});
