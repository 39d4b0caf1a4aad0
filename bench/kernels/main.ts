import { fileURLToPath } from "node:url";
import { median, ms, writeReceipt } from "../receipt.ts";
import { cases } from "./cases.ts";

interface Timing {
  readonly coldMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly minMs: number;
  readonly samples: number;
  readonly rssMiB: number;
}

const ENGINES = ["ts", "wasm"] as const;
const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));

/**
 * Every case on both engines: first the outcomes must agree, then timings, each engine in a process of its own, rounds of the
 * engines taking turns.
 * @throws {Error} when outcomes differ
 */
export function benchKernels(rounds: number): void {
  const results = cases.map((benchCase, index) => {
    const outcomes = ENGINES.map((engine) => child<string | null>(engine, index, "outcome")).filter(
      (outcome) => outcome !== null,
    );
    if (new Set(outcomes).size > 1) throw new Error(`${benchCase.name}: the engines disagree, nothing is timed`);
    const timings: Record<(typeof ENGINES)[number], Timing[]> = { ts: [], wasm: [] };
    for (let round = 0; round < rounds; round++) {
      for (const engine of ENGINES) {
        const timing = child<Timing | null>(engine, index);
        if (timing !== null) timings[engine].push(timing);
      }
    }
    process.stderr.write(`${benchCase.name}, ${benchCase.size}: done\n`);
    return {
      name: benchCase.name,
      inside: benchCase.inside,
      size: benchCase.size,
      parity: outcomes.length > 1 ? "equal" : "one engine",
      timings,
    };
  });
  writeReceipt("DL-002", "engines", "bun run bench engines", results, {
    title: "engine-ts against engine-wasm",
    notes: [
      `One core; each engine in its own process, ${rounds} rounds in turn; a figure is the median over the rounds of the process's median, with the range of those medians.`,
      "Outcomes (every number of a record) were compared between the engines before timing. Cold is the first call of a process.",
      "Data: the bundled SAMPLE-VOL tiled; signals of SMA 10/30; 10 bps commission, 5 bps slippage, all equity.",
    ],
    columns: ["work", "bars", "ts ms", "wasm ms", "wasm M bars/s", "ts / wasm", "cold ts, wasm ms", "inside the timed region"],
    rows: results.map(({ name, inside, size, timings }) => {
      const [ts, wasm] = [summary(timings.ts), summary(timings.wasm)];
      const rate = wasm && size / wasm.mid / 1000;
      return [
        name,
        size.toLocaleString("en"),
        ts?.text ?? "-",
        wasm?.text ?? "-",
        rate ? rate.toFixed(0) : "-",
        ts && wasm ? `${(ts.mid / wasm.mid).toFixed(2)} x` : "-",
        [ts, wasm].map((one) => (one ? ms(one.cold) : "-")).join(", "),
        inside,
      ];
    }),
  });
}

function child<T>(engine: string, index: number, ...rest: readonly string[]): T {
  const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, CHILD, engine, String(index), ...rest]);
  if (exitCode !== 0) throw new Error(`case ${index} on ${engine} failed: ${stderr.toString()}`);
  return JSON.parse(stdout.toString());
}

function summary(timings: readonly Timing[]) {
  if (timings.length === 0) return null;
  const mids = timings.map((timing) => timing.p50Ms);
  const mid = median(mids);
  return {
    mid,
    cold: median(timings.map((timing) => timing.coldMs)),
    text: `${ms(mid)} (${ms(Math.min(...mids))}-${ms(Math.max(...mids))})`,
  };
}
