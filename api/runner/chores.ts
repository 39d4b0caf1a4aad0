import type { Log } from "../parts.ts";
import { reasonOf } from "./hands.ts";

/** Chores that are done again and again; one that is not done yet is not begun once more, one that fails is logged and done next time. */
export class Chores {
  private readonly timers: Timer[] = [];

  constructor(private readonly log: Log) {}

  every(ms: number, name: string, act: () => Promise<unknown>): void {
    let busy = false;
    const timer = setInterval(async () => {
      if (busy) return;
      busy = true;
      try {
        await act();
      } catch (cause) {
        this.log({ level: "error", message: `${name} failed: ${reasonOf(cause)}` });
      } finally {
        busy = false;
      }
    }, ms);
    timer.unref();
    this.timers.push(timer);
  }

  stop(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
  }
}
