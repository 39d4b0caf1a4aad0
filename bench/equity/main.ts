import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { quantile } from "../../core/statistics/quantile.ts";
import { whole } from "../http/report.ts";
import { median, ms, writeReceipt } from "../receipt.ts";
import { openBenchServer } from "./bench-server.ts";
import type { Scale } from "./curves.ts";
import { HYPERTABLE, LAYOUTS } from "./layouts.ts";
import { BUCKETS, MANY_JOBS, type Measured, measured, NEWEST, QUERIES, type QueryTimes } from "./measure.ts";

const TOO_LONG = "> 60 s";

// `bun run bench:equity [--jobs 4000] [--points 6250]`: equity curves as blobs and as rows in PostgreSQL, in a server of its own.

const FULL: Scale = { jobs: 4000, points: 6250 };
const FULL_DISK_BYTES = 8e9;
const LIMIT_MS = 500;

const { values } = parseArgs({ options: { jobs: { type: "string" }, points: { type: "string" } } });
const scale: Scale = { jobs: wholeOf("jobs", values.jobs), points: wholeOf("points", values.points) };
const share = (scale.jobs * scale.points) / (FULL.jobs * FULL.points);
checkDisk();
report(await all());

function wholeOf(name: keyof Scale, text: string | undefined): number {
  const value = Number(text ?? FULL[name]);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  return refuse(`--${name} must be a whole number from 1: got ${text}`);
}

/** The largest layout takes 2.5 GB, its write-ahead log and what vacuum writes come on top. */
function checkDisk(): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  const needed = Math.max(1e9, FULL_DISK_BYTES * share);
  const free = bavail * bsize;
  if (free >= needed) return;
  const [has, needs] = [free, needed].map((bytes) => (bytes / 1e9).toFixed(1));
  refuse(
    `the disk of ${tmpdir()} has ${has} GB free and this needs ${needs} GB: make room, set TMPDIR, or measure less with --jobs`,
  );
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

async function all() {
  await using server = await openBenchServer();
  const results: Measured[] = [];
  for (const layout of LAYOUTS) {
    process.stderr.write(`${layout.name} …\n`);
    results.push(await measured(server, layout, scale));
  }
  const timescale = await server.loadTimescale();
  if (timescale) results.push(await measured(server, HYPERTABLE, scale));
  return { version: server.version, timescale, results };
}

function report({ version, timescale, results }: Awaited<ReturnType<typeof all>>): void {
  const full = scale.jobs === FULL.jobs && scale.points === FULL.points;
  const total = scale.jobs * scale.points;
  const options = full ? "" : ` --jobs ${scale.jobs} --points ${scale.points}`;
  const worst = Math.max(
    ...results.filter(({ ships }) => ships).flatMap(({ queries }) => QUERIES.map((query) => slowest(queries[query]))),
  );
  const judged = worst < LIMIT_MS ? "met" : "missed";
  writeReceipt(
    "DL-023",
    full ? "equity" : "equity-smaller",
    `bun run bench:equity${options}`,
    { scale, version, timescale, worst, results },
    {
      title: `Equity curves in PostgreSQL: ${whole(total)} points as blobs and as rows${full ? "" : ", a smaller run than the one that counts"}`,
      notes: [
        `${whole(scale.jobs)} jobs of ${whole(scale.points)} daily points, ids UUID v7 over four weeks; PostgreSQL ${version} as it comes (128 MB of shared buffers), commits wait for the disk, one connection.`,
        "A write is a transaction from BEGIN to the end of COMMIT, one job each, as the role of the service: curves as the service stores them, packed beforehand as its children do, against one binary COPY of the shipped writer. Bytes a point with indexes, after VACUUM.",
        timescale
          ? `All chunks of the hypertable were compressed after loading, in ${ms(results.at(-1)?.settleSeconds ?? 0)} s, waiting for the server's own vacuum included.`
          : "The server has no TimescaleDB: the hypertable was not measured.",
        `Cold: ${results[0]?.coldBy ?? ""}, a new connection; median of three jobs, or sets of jobs. Warm: everything was read once, then 30 random ones (slow queries fewer, within 20 s); median (p95). Milliseconds at the client, rows and blobs taken apart into columns; the months of blobs are added up by the client.`,
        `The queries: all points of a job; the ${NEWEST} points after a time; ${BUCKETS} buckets of a job; the newest point of each of ${MANY_JOBS} jobs; the mean of each month over all points of ${MANY_JOBS} jobs. Answers were first compared with the curves that were written: points to the last bit, means within 1e-9. A query ends after 60 s.`,
        `Every query of the layouts that ship under ${LIMIT_MS} ms (cold median, warm p95): ${full ? judged : "not judged: smaller"}; the slowest took ${ms(worst)} ms.`,
      ],
      columns: [
        "layout",
        "points/s in",
        "ms a job",
        "p99",
        "MB",
        "bytes/point",
        ...["all", "after a time", "buckets", "newest", "months"].flatMap((name) => [`${name} cold`, "warm (p95)"]),
      ],
      rows: results.map(({ name, pointsPerSecond, jobMedianMs, jobP99Ms, bytes, bytesPerPoint, queries }) => [
        ...[name, whole(pointsPerSecond), ms(jobMedianMs), ms(jobP99Ms), whole(bytes / 1e6), bytesPerPoint.toFixed(1)],
        ...QUERIES.flatMap((query) => [coldText(queries[query]), warmText(queries[query])]),
      ]),
    },
  );
}

function coldText({ cold }: QueryTimes): string {
  return cold === null ? TOO_LONG : ms(median(cold));
}

function warmText({ warm }: QueryTimes): string {
  return warm === null ? TOO_LONG : `${ms(median(warm))} (${ms(p95(warm))})`;
}

function slowest({ cold, warm }: QueryTimes): number {
  return cold === null || warm === null ? Number.POSITIVE_INFINITY : Math.max(median(cold), p95(warm));
}

function p95(times: readonly number[]): number {
  return quantile(Float64Array.from(times).sort(), 0.95);
}
