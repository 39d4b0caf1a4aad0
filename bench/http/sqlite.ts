import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Curve } from "../../core/jobs/job.ts";
import { normals } from "../../core/random.ts";
import { quantile } from "../../core/statistics/quantile.ts";
import { DAY_MS } from "../../core/time.ts";
import { median, ms } from "../receipt.ts";
import { BLOBS, type CurveTable, ROWS } from "./curve-tables.ts";
import { type Effort, report, spread, whole } from "./report.ts";

const POINTS = 2520;
const GROUP = 16;
const READS = 50;
const LAST = 250;

interface Variant {
  readonly name: string;
  readonly curves: CurveTable;
  readonly synchronous: "NORMAL" | "FULL";
  /** Curves a transaction. */
  readonly group: number;
}

const VARIANTS: readonly Variant[] = [
  { name: "blobs", curves: BLOBS, synchronous: "NORMAL", group: 1 },
  { name: "blobs", curves: BLOBS, synchronous: "FULL", group: 1 },
  { name: "blobs", curves: BLOBS, synchronous: "FULL", group: GROUP },
  { name: "a row a point", curves: ROWS, synchronous: "NORMAL", group: 1 },
  { name: "a row a point", curves: ROWS, synchronous: "FULL", group: 1 },
  { name: "a row a point", curves: ROWS, synchronous: "FULL", group: GROUP },
];

interface Round {
  readonly p50: number;
  readonly p99: number;
  readonly curvesPerSecond: number;
  readonly bytesPerPoint: number;
  readonly wholeMs: number;
  readonly lastMs: number;
}

/** The same curves as blobs and as rows in SQLite, committed with and without waiting for the disk. */
export async function benchSqlite(effort: Effort): Promise<void> {
  const curves = Array.from({ length: effort.quick ? 96 : 480 }, (_, seed) => someCurve(seed + 1));
  const rounds = VARIANTS.map((): Round[] => []);
  for (let round = 0; round < effort.rounds; round++) {
    for (const [at, variant] of VARIANTS.entries()) rounds[at]?.push(measured(variant, curves));
  }
  const results = VARIANTS.map(({ name, synchronous, group }, at) => ({ name, synchronous, group, rounds: rounds[at] ?? [] }));
  report(effort, "DL-010", "sqlite", "sqlite", results, {
    title: "Equity curves in SQLite: blobs against rows, NORMAL against FULL",
    notes: [
      `${curves.length} curves of ${POINTS.toLocaleString("en")} daily points, WAL, pages of 8 KiB; blobs as the service stores them, with checksums, a preview of 500 points and packed times; rows in a table WITHOUT ROWID with the key (job, time).`,
      `A write is a transaction from BEGIN IMMEDIATE to the end of COMMIT; with ${GROUP} curves in one, the time is that of the whole. Bytes a point after all was copied from the log into the file.`,
      `Median of ${effort.rounds} rounds in turn, with the range; what was read was compared with what was written.`,
    ],
    columns: [
      ...["curve as", "synchronous", "curves a commit", "commit p50 ms", "p99 ms", "curves/s", "bytes/point"],
      ...["read whole ms", `read last ${LAST} ms`],
    ],
    rows: results.map(({ name, synchronous, group, rounds: all }) => {
      const figure = (read: (round: Round) => number, shown: (value: number) => string) => spread(all.map(read), shown);
      return [
        ...[name, synchronous, whole(group), figure(({ p50 }) => p50, ms), figure(({ p99 }) => p99, ms)],
        ...[figure(({ curvesPerSecond }) => curvesPerSecond, whole), figure(({ bytesPerPoint }) => bytesPerPoint, ms)],
        ...[figure(({ wholeMs }) => wholeMs, ms), figure(({ lastMs }) => lastMs, ms)],
      ];
    }),
  });
}

function measured({ curves: { table, prepare }, synchronous, group }: Variant, curves: readonly Curve[]): Round {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-sqlite-"));
  const path = join(folder, "curves.sqlite");
  try {
    using db = new Database(path, { create: true, readwrite: true, strict: true });
    for (const setting of ["page_size = 8192", "journal_mode = WAL", `synchronous = ${synchronous}`]) db.run(`PRAGMA ${setting}`);
    db.run(table);
    const { write, read, readAfter } = prepare(db);
    const idOf = (at: number) => `01a1fccb-1852-7969-a8cc-${String(at).padStart(12, "0")}`;
    const store = db.transaction((from: number) => {
      for (let at = from; at < Math.min(from + group, curves.length); at++) write(idOf(at), curves[at]!);
    });
    const commits: number[] = [];
    const start = performance.now();
    for (let from = 0; from < curves.length; from += group) {
      const before = performance.now();
      store.immediate(from);
      commits.push(performance.now() - before);
    }
    const spentSeconds = (performance.now() - start) / 1000;
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    const bytesPerPoint = statSync(path).size / (curves.length * POINTS);

    const wholes: number[] = [];
    const lasts: number[] = [];
    for (let k = 0; k < READS; k++) {
      const at = (k * 7) % curves.length;
      const curve = curves[at]!;
      const before = performance.now();
      const found = read(idOf(at));
      const between = performance.now();
      const { points, last } = readAfter(idOf(at), curve.timeMs[POINTS - 1 - LAST]!);
      lasts.push(performance.now() - between);
      wholes.push(between - before);
      const equal = found.equity.every((value, i) => value === curve.equity[i] && found.timeMs[i] === curve.timeMs[i]);
      if (!equal || points !== LAST || last !== curve.equity[POINTS - 1])
        throw new Error("another curve was read than was written");
    }
    const sorted = Float64Array.from(commits).sort();
    return {
      ...{ p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), curvesPerSecond: curves.length / spentSeconds },
      ...{ bytesPerPoint, wholeMs: median(wholes), lastMs: median(lasts) },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function someCurve(seed: number): Curve {
  const next = normals(seed);
  const timeMs = Float64Array.from(
    { length: POINTS },
    (_, day) => Date.UTC(2015, 0, 1) + (day + 2 * Math.floor(day / 5)) * DAY_MS,
  );
  const equity = new Float64Array(POINTS);
  let value = 10_000;
  for (let i = 0; i < POINTS; i++) {
    value *= 1 + 0.01 * next();
    equity[i] = value;
  }
  return { initialCash: 10_000, daily: true, timeMs, equity };
}
