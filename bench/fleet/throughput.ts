import { jobCall, tenYears, type Upload, upload } from "../http/jobs.ts";
import { type Effort, report, spread, whole } from "../http/report.ts";
import { ms } from "../receipt.ts";
import { flood } from "./load.ts";
import type { FloodResult, FloodSpec } from "./spec.ts";
import { openAlone, openFleet, PARTS, type Served, type Spent, type Tally } from "./stage.ts";

type How = "accepted" | "waited";

interface Variant {
  readonly served: "fleet" | "one process";
  readonly how: How;
  readonly connections: number;
  readonly asked: string;
}

const VARIANTS: readonly Variant[] = [
  { served: "fleet", how: "accepted", connections: 16, asked: "400" },
  { served: "fleet", how: "waited", connections: 16, asked: "400" },
  { served: "fleet", how: "waited", connections: 64, asked: "400" },
  { served: "fleet", how: "waited", connections: 1, asked: "-" },
  { served: "one process", how: "accepted", connections: 16, asked: "-" },
  { served: "one process", how: "waited", connections: 16, asked: "-" },
  { served: "one process", how: "waited", connections: 1, asked: "-" },
];
const HOW: Readonly<Record<How, string>> = { accepted: "202, all at once", waited: "waited for" };

interface Scale {
  readonly warmup: Readonly<Record<How, number>>;
  readonly timed: Readonly<Record<How, number>>;
}

/** Jobs of those accepted, seconds of those waited for. */
const FULL: Scale = { warmup: { accepted: 4000, waited: 10 }, timed: { accepted: 6000, waited: 15 } };
const QUICK: Scale = { warmup: { accepted: 300, waited: 2 }, timed: { accepted: 800, waited: 4 } };

interface Round extends FloodResult {
  /** Milliseconds of processor time a job. */
  readonly spent: Spent;
  readonly tally: Tally;
}

/** Jobs finished a second by a fleet of one HTTP process and two workers, beside one process, beside one job at a time. */
export async function benchFleetThroughput(effort: Effort): Promise<void> {
  const scale = effort.quick ? QUICK : FULL;
  const data = await tenYears();
  const rounds = VARIANTS.map((): Round[] => []);
  for (let round = 0; round < effort.rounds; round++) {
    for (const [at, variant] of VARIANTS.entries()) rounds[at]?.push(await measured(data, variant, scale));
  }
  const results = VARIANTS.map((variant, at) => ({ ...variant, rounds: rounds[at] ?? [] }));
  report(effort, "DL-021", "throughput", "fleet-throughput", results, {
    title: "Jobs a second by a fleet, and by one process",
    notes: [
      "2,520 daily bars of an uploaded dataset, ma_crossover, no curve in the answer; every job is accepted, run, and stored with its trades and its curve.",
      "Fleet: one HTTP process and two workers, each with one child, PostgreSQL that waits for the disk at each commit, Redis with appendonly. One process: SQLite, two children. All of it, and autocannon, shares two cores.",
      `202, all at once: ${whole(scale.timed.accepted)} jobs as fast as they are accepted, counted until the last is final in the database. Waited for: Prefer: wait=30, ${scale.timed.waited} s after ${scale.warmup.waited} s of warm-up; with one connection that is one job at a time.`,
      `Servers and databases of its own for each round; median of ${effort.rounds} rounds in turn, with the range. Processor time is per job of the timed part.`,
      "Missing: jobs answered otherwise than they should be, or not completed. Wrong: stored results, all of them compared, with another hash than the same request run without a server.",
    ],
    columns: [
      ...["mode", "jobs are", "connections", "jobs/s", "asked", "p50 ms", "p99 ms"],
      ...["HTTP CPU ms/job", "workers", "children", "PostgreSQL", "Redis", "autocannon", "all", "jobs", "missing", "wrong"],
    ],
    rows: results.map(({ served, how, connections, asked, rounds: all }) => {
      const figure = (read: (round: Round) => number, shown: (value: number) => string) => spread(all.map(read), shown);
      const latency = (name: "p50" | "p99") => (how === "waited" ? figure((round) => round[name] ?? Number.NaN, ms) : "-");
      const total = (read: (round: Round) => number) => whole(all.reduce((sum, round) => sum + read(round), 0));
      const load = (round: Round) => (1000 * round.cpuSeconds) / round.jobs;
      return [
        ...[served, HOW[how], whole(connections), figure(perSecond, whole), asked, latency("p50"), latency("p99")],
        ...PARTS.map((part) => figure(({ spent }) => spent[part], ms)),
        figure(load, ms),
        figure((round) => PARTS.reduce((sum, part) => sum + round.spent[part], load(round)), ms),
        total(({ tally }) => tally.completed),
        total(({ bad, tally }) => bad + tally.others),
        total(({ tally }) => tally.wrong),
      ];
    }),
  });
}

function perSecond({ jobs, seconds }: FloodResult): number {
  return jobs / seconds;
}

async function measured(data: Upload, { served, how, connections }: Variant, { warmup, timed }: Scale): Promise<Round> {
  await using service: Served = served === "fleet" ? await openFleet({ workers: 2 }) : await openAlone();
  await upload(service, data);
  const { body = "", resultHash = "" } = await jobCall(service, data, { equity_points: "none" });
  const jobs = (size: number): FloodSpec["jobs"] =>
    how === "waited" ? { kind: how, seconds: size } : { kind: how, amount: size };
  await flood({ url: service.url, body, connections, jobs: jobs(warmup[how]) });
  const before = service.spent();
  const result = await flood({ url: service.url, body, connections, jobs: jobs(timed[how]) });
  const after = service.spent();
  const perJob = (part: keyof Spent) => (1000 * (after[part] - before[part])) / result.jobs;
  const spent: Spent = {
    ...{ api: perJob("api"), workers: perJob("workers"), children: perJob("children") },
    ...{ postgres: perJob("postgres"), redis: perJob("redis") },
  };
  return { ...result, spent, tally: await service.tally(resultHash) };
}
