import type { ProvidedBars } from "../../core/ports.ts";

/** The rows last used, by name, so that one job after another on one series reads it once. Drops what was not used for longest. */
export class BarCache {
  private readonly kept = new Map<string, ProvidedBars>();
  private bytes = 0;

  /** @param maxBytes a series larger than this is not kept */
  constructor(private readonly maxBytes: number) {}

  get(name: string): ProvidedBars | undefined {
    const rows = this.kept.get(name);
    if (rows === undefined) return undefined;
    // A map lists its keys in the order in which they were set: oldest use first.
    this.kept.delete(name);
    this.kept.set(name, rows);
    return rows;
  }

  set(name: string, rows: ProvidedBars): void {
    const size = bytesOf(rows);
    if (size > this.maxBytes || this.kept.has(name)) return;
    this.kept.set(name, rows);
    this.bytes += size;
    for (const [oldest, rows] of this.kept) {
      if (this.bytes <= this.maxBytes) break;
      this.kept.delete(oldest);
      this.bytes -= bytesOf(rows);
    }
  }
}

/** The columns; the rest is small beside them, but for odd cells, of which a series that runs has none. */
function bytesOf({ raw: { timeMs, volume, offsetMinutes } }: ProvidedBars): number {
  return timeMs.byteLength * (volume === null ? 5 : 6) + (offsetMinutes?.byteLength ?? 0);
}
