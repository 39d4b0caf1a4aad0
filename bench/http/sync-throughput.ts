import { ms } from "../receipt.ts";
import { jobCall, type More, tenYears, type Upload, upload } from "./jobs.ts";
import { load } from "./program.ts";
import { type Effort, report, spread, whole } from "./report.ts";
import { startServer } from "./server.ts";
import type { LoadResult } from "./spec.ts";

interface Variant {
  readonly answer: string;
  readonly more: More;
  readonly synchronous: "normal" | "full";
  readonly target: string;
}

const NONE = { answer: "no curve", more: { equity_points: "none" } };
const CURVE = { answer: "full curve", more: {} };
const VARIANTS: readonly Variant[] = [
  { ...NONE, synchronous: "normal", target: "1,000" },
  { ...NONE, synchronous: "full", target: "-" },
  { ...CURVE, synchronous: "normal", target: "400" },
  { ...CURVE, synchronous: "full", target: "-" },
];
const CONNECTIONS = 16;

interface Round extends LoadResult {
  /** Milliseconds of processor time a job, in the server and in its children together. */
  readonly serverMs: number;
  readonly childrenMs: number;
}

/** Jobs a second that one server carries, every round with a server and a database of its own. */
export async function benchSyncThroughput(effort: Effort): Promise<void> {
  const [warmupSeconds, seconds] = effort.quick ? [2, 4] : [4, 15];
  const data = await tenYears();
  const rounds = VARIANTS.map((): Round[] => []);
  for (let round = 0; round < effort.rounds; round++) {
    for (const [at, variant] of VARIANTS.entries()) rounds[at]?.push(await measured(data, variant, warmupSeconds, seconds));
  }
  const results = VARIANTS.map((variant, at) => ({ ...variant, rounds: rounds[at] ?? [] }));
  report(effort, "DL-013", "throughput", "sync-throughput", results, {
    title: "Jobs a second over HTTP, sustained",
    notes: [
      `autocannon, ${CONNECTIONS} connections, ${seconds} s after ${warmupSeconds} s of warm-up; it shares the two cores with the server and its two children.`,
      `2,520 daily bars of an uploaded dataset, ma_crossover; every job is accepted, run, stored with its trades and its curve, and answered. A server and a database of its own for each round; median of ${effort.rounds} rounds in turn, with the range.`,
      "Processor time is that of the server, and of its children together, for a job of the timed part. Not 200: answers with another status, or none; checked: answers whose result hash was compared with that of the same request run without a server.",
    ],
    columns: [
      "answer",
      "synchronous",
      "jobs/s",
      "target",
      "p50 ms",
      "p99 ms",
      "server CPU ms/job",
      "children CPU ms/job",
      "not 200",
      "checked",
      "wrong",
    ],
    rows: results.map(({ answer, synchronous, target, rounds: all }) => {
      const figure = (read: (round: Round) => number, shown: (value: number) => string) => spread(all.map(read), shown);
      const total = (read: (round: Round) => number) => whole(all.reduce((sum, round) => sum + read(round), 0));
      return [
        answer,
        synchronous,
        figure(({ perSecond }) => perSecond, whole),
        target,
        figure(({ p50 }) => p50, ms),
        figure(({ p99 }) => p99, ms),
        figure(({ serverMs }) => serverMs, ms),
        figure(({ childrenMs }) => childrenMs, ms),
        total(({ bad }) => bad),
        total(({ checked }) => checked),
        total(({ wrong }) => wrong),
      ];
    }),
  });
}

async function measured(data: Upload, { more, synchronous }: Variant, warmupSeconds: number, seconds: number): Promise<Round> {
  await using server = await startServer({ SQLITE_SYNCHRONOUS: synchronous });
  await upload(server, data);
  const call = await jobCall(server, data, more);
  await load({ call, connections: CONNECTIONS, warmupSeconds: 0, seconds: warmupSeconds });
  const before = server.cpu();
  const result = await load({ call, connections: CONNECTIONS, warmupSeconds: 0, seconds });
  const after = server.cpu();
  const perJob = (spent: number) => (1000 * spent) / result.requests;
  return { ...result, serverMs: perJob(after.server - before.server), childrenMs: perJob(after.children - before.children) };
}
