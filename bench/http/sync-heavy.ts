import { ms } from "../receipt.ts";
import { JSON_HEADERS } from "./call.ts";
import { bodyOf, type More, millionMinutes, type Upload, upload } from "./jobs.ts";
import { paced, pacedDuring } from "./program.ts";
import { type Effort, report, spread, whole } from "./report.ts";
import { type BenchServer, startServer } from "./server.ts";
import type { Call, PacedResult } from "./spec.ts";

const JOBS = 10;
const PER_SECOND = 100;
const STRATEGIES: Readonly<Record<string, More>> = {
  "ma_crossover 10/30": { params: { fast: 10, slow: 30 } },
  "ma_crossover 500/2000": { params: { fast: 500, slow: 2000 } },
};

interface Round {
  readonly health: PacedResult;
  /** From the first request to the last answer. */
  readonly allMs: number;
  readonly slowestMs: number;
  /** Of jobs without a 200: the status and the code of the problem. */
  readonly failures: readonly string[];
  readonly answerMb: number;
}

/** How /health answers while ten jobs on a million bars are asked for at once. */
export async function benchSyncHeavy(effort: Effort): Promise<void> {
  const data = millionMinutes();
  await using server = await startServer();
  await upload(server, data);
  const idle = await paced({ call: healthOf(server), perSecond: PER_SECOND, warmup: 20, count: 300 });
  for (const more of Object.values(STRATEGIES)) await jobsAtOnce(server, data, more);
  const results: { readonly strategy: string; readonly rounds: Round[] }[] = [];
  for (const strategy of Object.keys(STRATEGIES)) results.push({ strategy, rounds: [] });
  for (let round = 0; round < effort.rounds; round++) {
    for (const { strategy, rounds } of results) rounds.push(await measured(server, data, STRATEGIES[strategy] ?? {}));
  }
  report(
    effort,
    "DL-013",
    "heavy",
    "sync-heavy",
    { idle, results },
    {
      title: "Ten heavy jobs at once, and /health meanwhile",
      notes: [
        `${JOBS} jobs on 1,000,000 one-minute bars of one uploaded dataset asked for at once, equity_points none, default settings: two children. /health is asked ${PER_SECOND} times a second until all are answered, each request at its time, from a process of its own.`,
        `Without load /health has p50 ${ms(idle.p50)} and p99 ${ms(idle.p99)} ms. Target under the jobs: p99 50 ms.`,
        `Median of ${effort.rounds} rounds, with the range.`,
      ],
      columns: [
        "strategy",
        "answer MB",
        "all jobs ms",
        "slowest job ms",
        "not 200",
        "/health p50 ms",
        "p99 ms",
        "max ms",
        "asked",
        "unanswered",
      ],
      rows: results.map(({ strategy, rounds }) => {
        const figure = (read: (round: Round) => number) => spread(rounds.map(read), ms);
        return [
          strategy,
          figure(({ answerMb }) => answerMb),
          figure(({ allMs }) => allMs),
          figure(({ slowestMs }) => slowestMs),
          rounds.flatMap(({ failures }) => failures).join(", ") || "0",
          figure(({ health: { p50 } }) => p50),
          figure(({ health: { p99 } }) => p99),
          figure(({ health: { max } }) => max),
          whole(rounds.reduce((sum, { health: { requests } }) => sum + requests, 0)),
          whole(rounds.reduce((sum, { health: { bad } }) => sum + bad, 0)),
        ];
      }),
    },
  );
}

async function measured(server: BenchServer, data: Upload, more: More): Promise<Round> {
  const [health, jobs] = await pacedDuring(healthOf(server), PER_SECOND, () => jobsAtOnce(server, data, more));
  return { ...jobs, health };
}

function healthOf({ url }: BenchServer): Call {
  return { url: `${url}/health`, method: "GET" };
}

async function jobsAtOnce({ url }: BenchServer, data: Upload, more: More): Promise<Omit<Round, "health">> {
  const body = JSON.stringify(bodyOf(data, { equity_points: "none", ...more }));
  const start = performance.now();
  const jobs = await Promise.all(
    Array.from({ length: JOBS }, async () => {
      const response = await fetch(`${url}/api/v1/jobs`, { method: "POST", body, headers: JSON_HEADERS });
      const text = await response.text();
      const endedMs = performance.now() - start;
      const failure = response.status === 200 ? null : `${response.status} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ""}`;
      return { failure, length: text.length, endedMs };
    }),
  );
  return {
    allMs: performance.now() - start,
    slowestMs: Math.max(...jobs.map(({ endedMs }) => endedMs)),
    failures: jobs.flatMap(({ failure }) => (failure === null ? [] : [failure])),
    answerMb: Math.max(...jobs.map(({ length }) => length)) / 1e6,
  };
}
