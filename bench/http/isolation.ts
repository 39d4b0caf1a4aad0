import { ms } from "../receipt.ts";
import { residentMib } from "./processes.ts";
import { pacedDuring, startProgram } from "./program.ts";
import { type Effort, report, spread, whole } from "./report.ts";
import type { PacedResult } from "./spec.ts";

const PLACES = {
  processes: "two child processes (the service's pool)",
  threads: "two threads",
  http: "the HTTP thread",
} as const;
type Place = keyof typeof PLACES;
const NAMES = ["processes", "threads", "http"] as const satisfies readonly Place[];
const JOBS = 10;
const PER_SECOND = 100;

interface Round {
  readonly health: PacedResult;
  readonly allMs: number;
  readonly smallMs: number;
  /** Of all processes together, after the heavy jobs. */
  readonly mib: number;
}

interface Times {
  readonly allMs: number;
  readonly medianMs: number;
}

/** What running backtests elsewhere than on the HTTP thread costs, and what it keeps free. */
export async function benchIsolation(effort: Effort): Promise<void> {
  const taken = new Map<Place, Round[]>(NAMES.map((name) => [name, []]));
  for (let round = 0; round < effort.rounds; round++) {
    for (const name of NAMES) taken.get(name)?.push(await measured(name, effort.quick ? 200 : 2000));
  }
  const results = NAMES.map((name) => ({ name, rounds: taken.get(name) ?? [] }));
  report(effort, "DL-011", "isolation", "isolation", results, {
    title: "Backtests in child processes, in threads, and on the HTTP thread",
    notes: [
      `One bare server for each place, with /health and the service's own code for a task; no store. Heavy: ${JOBS} tasks on 1,000,000 one-minute bars at once, ma_crossover 10/30, while /health is asked ${PER_SECOND} times a second, each request at its time. Small: tasks on 2,520 daily bars, one after the other, warm, results carried back whole.`,
      `Median of ${effort.rounds} rounds in turn, with the range. Memory is resident, of all processes together, after the heavy tasks.`,
      "Only a process can be given a limit of memory, and killed when it exceeds it or does not end, without harm to the others.",
    ],
    columns: [
      "tasks run in",
      "/health p50 ms",
      "p99 ms",
      "max ms",
      "ten heavy tasks ms",
      "small task ms",
      "MiB",
      "asked",
      "unanswered",
    ],
    rows: results.map(({ name, rounds }) => {
      const figure = (read: (round: Round) => number, shown = ms) => spread(rounds.map(read), shown);
      return [
        PLACES[name],
        figure(({ health: { p50 } }) => p50),
        figure(({ health: { p99 } }) => p99),
        figure(({ health: { max } }) => max),
        figure(({ allMs }) => allMs),
        figure(({ smallMs }) => smallMs),
        figure(({ mib }) => mib, whole),
        whole(rounds.reduce((sum, { health: { requests } }) => sum + requests, 0)),
        whole(rounds.reduce((sum, { health: { bad } }) => sum + bad, 0)),
      ];
    }),
  });
}

async function measured(name: Place, smallJobs: number): Promise<Round> {
  await using server = await startProgram("isolation-child.ts", name);
  const get = async <T>(path: string): Promise<T> => JSON.parse(await (await fetch(`${server.url}${path}`)).text());
  const { medianMs: smallMs } = await get<Times>(`/small?jobs=${smallJobs}`);
  await get<Times>(`/heavy?jobs=${JOBS}`);
  const call = { url: `${server.url}/health`, method: "GET" } as const;
  const [health, { allMs }] = await pacedDuring(call, PER_SECOND, () => get<Times>(`/heavy?jobs=${JOBS}`));
  // A child that holds too much is being replaced just now.
  await Bun.sleep(1000);
  const pids = await get<number[]>("/memory");
  return { health, allMs, smallMs, mib: pids.reduce((sum, pid) => sum + residentMib(pid), 0) };
}
