/** One door for all requests to a provider: so many inside at a time, and nobody while the provider asks to wait. Times are `performance.now()`. */
export class Limiter {
  private readonly most: number;
  private inside = 0;
  private opensAtMs = 0;
  private readonly waiting = new Set<() => void>();

  constructor(most: number) {
    this.most = most;
  }

  /** True inside; false when that cannot be before the deadline, as soon as this is known. Who is inside has to leave. */
  async enter(deadlineMs: number): Promise<boolean> {
    for (;;) {
      if (Math.max(performance.now(), this.opensAtMs) >= deadlineMs) return false;
      if (this.closedForMs > 0) await Bun.sleep(this.closedForMs);
      else if (this.inside >= this.most) await this.nextLeaving(deadlineMs);
      else {
        this.inside++;
        return true;
      }
    }
  }

  leave(): void {
    this.inside--;
    for (const wake of this.waiting) wake();
  }

  /** Lets nobody in for a while; a longer closure that was asked for before stays. */
  closeFor(ms: number): void {
    this.opensAtMs = Math.max(this.opensAtMs, performance.now() + ms);
  }

  /** 0 while the door is open. */
  get closedForMs(): number {
    return Math.max(0, this.opensAtMs - performance.now());
  }

  private async nextLeaving(deadlineMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMs - performance.now());
    this.waiting.add(resolve);
    await promise;
    this.waiting.delete(resolve);
    clearTimeout(timer);
  }
}
