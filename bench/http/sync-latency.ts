import { ms } from "../receipt.ts";
import { jobCall, type More, tenYears, upload } from "./jobs.ts";
import { load, paced } from "./program.ts";
import { type Effort, report, spread, whole } from "./report.ts";
import { startServer } from "./server.ts";
import type { LoadResult, PacedResult } from "./spec.ts";

const ANSWERS: Readonly<Record<string, More>> = { "full curve": {}, "no curve": { equity_points: "none" } };
const OFFERED = 100;
const LOADS = ["autocannon, 10 connections", "each at its time", "one after the other"] as const;
type LoadName = (typeof LOADS)[number];

interface Row {
  readonly load: LoadName;
  readonly answer: string;
  readonly rounds: readonly (LoadResult | PacedResult)[];
}

/** Latency of a job over HTTP: at 100 jobs a second offered, and one after the other. */
export async function benchSyncLatency(effort: Effort): Promise<void> {
  const seconds = effort.quick ? 3 : 20;
  const data = await tenYears();
  const taken = new Map<string, (LoadResult | PacedResult)[]>();
  await using server = await startServer();
  await upload(server, data);
  const calls = await Promise.all(
    Object.entries(ANSWERS).map(async ([answer, more]) => ({ answer, call: await jobCall(server, data, more) })),
  );
  for (const { call } of calls) await paced({ call, perSecond: null, warmup: 0, count: effort.quick ? 200 : 2000 });
  for (let round = 0; round < effort.rounds; round++) {
    for (const { answer, call } of calls) {
      const results: Record<LoadName, LoadResult | PacedResult> = {
        "autocannon, 10 connections": await load({ call, connections: 10, warmupSeconds: 1, seconds, perSecond: OFFERED }),
        "each at its time": await paced({ call, perSecond: OFFERED, warmup: 100, count: OFFERED * seconds }),
        "one after the other": await paced({ call, perSecond: null, warmup: 100, count: OFFERED * seconds }),
      };
      for (const name of LOADS) taken.set(`${name}/${answer}`, [...(taken.get(`${name}/${answer}`) ?? []), results[name]]);
    }
  }
  const rows: Row[] = LOADS.flatMap((name) =>
    calls.map(({ answer }) => ({ load: name, answer, rounds: taken.get(`${name}/${answer}`) ?? [] })),
  );
  report(effort, "DL-013", "latency", "sync-latency", rows, {
    title: "Latency of POST /api/v1/jobs",
    notes: [
      "One server with default settings on two cores that it shares with the load; 2,520 daily bars of an uploaded dataset, ma_crossover. Every job is stored.",
      `The first two loads offer ${OFFERED} jobs a second for ${seconds} s a round: autocannon has steps of 1 ms and lets each connection send its share of a second in one go; the second sends each request when its time has come, answered or not, with a fine clock.`,
      `Median of ${effort.rounds} rounds, with the range. Not 200: answers with another status, or none. Wrong: answers with another result hash than the same request run without a server, in all answers or, for autocannon, in a sample.`,
      "Targets at 100 jobs a second: p50 10 ms, p99 50 ms.",
    ],
    columns: ["load", "answer", "p50 ms", "p90 ms", "p99 ms", "max ms", "jobs a minute", "requests", "not 200", "wrong"],
    rows: rows.map(({ load: name, answer, rounds }) => [
      name,
      answer,
      ...(["p50", "p90", "p99", "max"] as const).map((key) =>
        spread(
          rounds.map((round) => round[key]),
          ms,
        ),
      ),
      spread(
        rounds.map(({ perSecond }) => perSecond * 60),
        whole,
      ),
      whole(sum(rounds.map(({ requests }) => requests))),
      whole(sum(rounds.map(({ bad }) => bad))),
      whole(sum(rounds.map(({ wrong }) => wrong))),
    ]),
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
