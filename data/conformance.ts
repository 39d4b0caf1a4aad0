import { describe, expect, test } from "bun:test";
import { gate } from "../core/gate/gate.ts";
import { WHOLE_RANGE } from "../core/gate/range.ts";
import type { BarProvider, BarQuery } from "../core/ports.ts";

/** A provider, a query that it can answer with good bars, and one for something that does not exist, where it can be asked for such. */
export interface ProviderCase {
  readonly provider: BarProvider;
  readonly known: BarQuery;
  readonly unknown: BarQuery | null;
}

/** What every provider of bars promises, as tests. */
export function describeBarProvider(name: string, make: () => Promise<ProviderCase>): void {
  describe(`bar provider: ${name}`, () => {
    const answer = async () => {
      const { provider, known } = await make();
      const provided = await provider.bars(known);
      if (!provided.ok) throw new Error(provided.error.detail);
      return { known, ...provided.value };
    };

    test("gives columns of one length", async () => {
      const { raw } = await answer();
      const n = raw.timeMs.length;
      expect(n).toBeGreaterThan(0);
      const columns = [raw.open, raw.high, raw.low, raw.close, raw.volume ?? raw.close, raw.offsetMinutes ?? raw.close];
      expect(columns.map((column) => column.length)).toEqual([n, n, n, n, n, n]);
    });

    test("says where the bars come from", async () => {
      const { origin, known } = await answer();
      expect(origin.source).toBe(name);
      expect(origin.symbol).toBe(known.symbol);
      expect(origin.adjusted).toBe(known.adjusted);
      expect(origin.synthetic).toBe(origin.note?.includes("made-up") ?? false);
    });

    test("gives the same bars when asked again, in memory of their own", async () => {
      const { provider, known } = await make();
      const [first, second] = [await provider.bars(known), await provider.bars(known)];
      if (!first.ok || !second.ok) throw new Error("a known query failed");
      const closes = [...second.value.raw.close];
      expect([...first.value.raw.close]).toEqual(closes);
      first.value.raw.close.fill(0);
      expect([...second.value.raw.close]).toEqual(closes);
    });

    test("gives bars that pass the gate", async () => {
      const { raw, known } = await answer();
      const gated = gate(raw, {
        nowMs: Date.UTC(2100, 0, 1),
        dataQuality: "fail",
        adjusted: known.adjusted,
        splits: [],
        range: WHOLE_RANGE,
        warmupBars: 0,
        interval: null,
      });
      expect(gated).toMatchObject({ ok: true });
    });

    test("what does not exist is not_found, and the message names it", async () => {
      const { provider, unknown } = await make();
      if (unknown === null) return;
      const found = await provider.bars(unknown);
      if (found.ok) throw new Error("something that does not exist was found");
      expect(found.error.code).toBe("not_found");
      expect(found.error.detail).toContain(unknown.symbol);
    });
  });
}
