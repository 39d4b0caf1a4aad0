import { measure } from "mitata";
import { gate } from "../core/gate/gate.ts";
import { WHOLE_RANGE } from "../core/gate/range.ts";
import { uniforms } from "../core/random.ts";
import { readCsv } from "../data/csv.ts";
import { median, ms, writeReceipt } from "./receipt.ts";

const ROWS = 1_000_000;

/** From the bytes of a CSV file to bars that an engine may trust. */
export async function benchReading(): Promise<void> {
  const bytes = new TextEncoder().encode(csv());
  const text = new TextDecoder();
  const read = () => {
    const raw = readCsv(bytes, true);
    if (!raw.ok) throw new Error(raw.error.detail);
    return raw.value;
  };
  const raw = read();
  const judge = () => {
    const gated = gate(raw, {
      nowMs: Date.now(),
      dataQuality: "fail",
      adjusted: true,
      splits: [],
      range: WHOLE_RANGE,
      warmupBars: 0,
      interval: null,
    });
    if (!gated.ok) throw new Error(gated.error.detail);
    return gated.value;
  };
  const results = [];
  for (const [name, run] of Object.entries({
    "CSV bytes to columns": read,
    "the integrity gate": judge,
    "for comparison: text, split by lines and commas, Number()": () =>
      text
        .decode(bytes)
        .split("\n")
        .map((line) => line.split(",").map(Number)).length,
  })) {
    const cold = performance.now();
    run();
    const coldMs = performance.now() - cold;
    const { samples } = await measure(run, { min_samples: 12 });
    results.push({ name, median_ms: median(samples) / 1e6, min_ms: Math.min(...samples) / 1e6, cold_ms: coldMs });
  }
  writeReceipt("DL-007", "reading", "bun run bench reading", results, {
    title: "A million rows from file bytes to trusted bars",
    notes: [
      `${ROWS.toLocaleString("en")} one-minute rows, six columns, ${(bytes.length / 1e6).toFixed(0)} MB; cold is the call before the timed ones.`,
    ],
    columns: ["step", "median ms", "least", "cold"],
    rows: results.map((row) => [row.name, ms(row.median_ms), ms(row.min_ms), ms(row.cold_ms)]),
  });
}

function csv(): string {
  const next = uniforms(11);
  const lines = ["time,open,high,low,close,volume"];
  let cents = 10_000;
  for (let minute = 0; minute < ROWS; minute++) {
    const open = cents;
    cents = Math.max(100, cents + Math.floor(next() * 41) - 20);
    const row = [open, Math.max(open, cents) + 5, Math.min(open, cents) - 5, cents].map((value) => (value / 100).toFixed(2));
    lines.push(
      `${new Date(Date.UTC(2020, 0, 1) + minute * 60_000).toISOString().slice(0, 19)}Z,${row.join(",")},${Math.floor(next() * 1e5)}`,
    );
  }
  return lines.join("\n");
}
