import { describe, expect, test } from "bun:test";
import { Limiter } from "./yahoo-limiter.ts";

const soon = (ms: number) => performance.now() + ms;

describe("a limiter", () => {
  test("lets in so many, and the next ones in the order they came when others leave", async () => {
    const limiter = new Limiter(2);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const visit = async (i: number) => {
      expect(await limiter.enter(soon(5000))).toBe(true);
      order.push(i);
      most = Math.max(most, ++inside);
      await Bun.sleep(1);
      inside--;
      limiter.leave();
    };
    await Promise.all(Array.from({ length: 9 }, (_, i) => visit(i)));
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(most).toBe(2);
  });

  test("sends away who cannot come in before the deadline: at once when it is closed for longer, else then", async () => {
    const limiter = new Limiter(1);
    expect(await limiter.enter(soon(5000))).toBe(true);
    expect(await limiter.enter(soon(10))).toBe(false);
    limiter.leave();
    limiter.closeFor(3_600_000);
    limiter.closeFor(1);
    expect(await limiter.enter(soon(1_800_000))).toBe(false);
    expect(limiter.closedForMs).toBeGreaterThan(3_000_000);
  });
});
