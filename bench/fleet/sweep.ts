import { tenYears, type Upload, upload } from "../http/jobs.ts";
import { type Effort, report, spread, whole } from "../http/report.ts";
import { median, ms } from "../receipt.ts";
import { field, getJson, postJson, waitFor } from "./client.ts";
import { minutes } from "./load.ts";
import { type Fleet, openFleet } from "./stage.ts";

const LONG_BARS = 200_000;
const ASKED_RATIO = 1.7;
const CROSSOVER = { strategy: "ma_crossover", overfitting: "none" };
/** 435 pairs, so that every child has its kernels. */
const FEW_PAIRS = { ...CROSSOVER, params: pairs(31) };
/** On the long bars some ten seconds of one core each. */
const GRIDS = [
  { name: "pairs of simple averages, kept in order", body: { ...CROSSOVER, params: pairs(445) } },
  { name: "pairs with a stop, walked bar by bar", body: { ...CROSSOVER, params: pairs(225), stop_loss: 0.02 } },
];
/** Every fast window is under every slow one. */
const MILLION = { strategy: "ma_crossover", params: { fast: { from: 2, to: 1001 }, slow: { from: 1002, to: 2001 } } };
const FEWER = { ...MILLION, params: { fast: { from: 2, to: 201 }, slow: { from: 1002, to: 1501 } } };
/** Fewer bars and trials are split as the many are. */
const QUICK_SETTINGS = { SPLIT_BAR_TRIALS: "10000000" };
const KILL_AT = 0.4;
const LOOK_MS = 50;
/** Looking at memory takes a while itself. */
const WATCH_MS = 250;

interface Swept {
  readonly seconds: number;
  readonly trials: number;
  readonly resultHash: string;
  /** How often another progress was seen. */
  readonly steps: number;
  /** The most parts of it that were begun again. */
  readonly repeated: number;
  /** MiB of the largest process of the service. */
  readonly largestMib: number;
}

/** A sweep run in parts by one worker and by two; and a million trials, also with a worker killed in the middle. */
export async function benchFleetSweep(effort: Effort): Promise<void> {
  await benchWorkers(effort);
  await benchMillion(effort);
}

async function benchWorkers(effort: Effort): Promise<void> {
  const bars = effort.quick ? LONG_BARS / 10 : LONG_BARS;
  const data = minutes(bars);
  const grids = GRIDS.map((grid) => ({ ...grid, one: [] as Swept[], two: [] as Swept[] }));
  for (let round = 0; round < effort.rounds; round++) {
    for (const { body, one, two } of grids) {
      one.push(await onFleet(1, data, body, effort));
      two.push(await onFleet(2, data, body, effort));
    }
  }
  const results = grids.map((grid) => ({
    ...grid,
    resultHash: onlyHash([...grid.one, ...grid.two]),
    ratios: grid.one.map(({ seconds }, at) => seconds / (grid.two[at]?.seconds ?? Number.NaN)),
  }));
  report(effort, "DL-025", "workers", "fleet-sweep", results, {
    title: "A sweep in parts: one worker against two",
    notes: [
      `On ${whole(bars)} one-minute bars, without statistics of luck, in parts of the standard size; each worker with one child of one thread, on two cores that also carry PostgreSQL (waits for the disk), Redis and the HTTP process.`,
      `From the request to the answer, which is waited for; a fleet of its own for each run, after small sweeps on the same bars. ${effort.rounds} rounds in turn, medians with the range.`,
      "One worker and two give the same result hash.",
    ],
    columns: ["sweep", "trials", "workers", "seconds", "trials/s", "times one worker", "asked"],
    rows: results.flatMap(({ name, one, two, ratios }) => {
      const row = (workers: string, all: readonly Swept[]) => [
        ...[name, whole(all[0]?.trials ?? 0), workers, spread(secondsOf(all), ms), perSecond(all)],
      ];
      return [
        [...row("1", one), "1", ""],
        [...row("2", two), spread(ratios, ms), ms(ASKED_RATIO)],
      ];
    }),
  });
}

async function onFleet(workers: number, data: Upload, body: object, effort: Effort): Promise<Swept> {
  await using fleet = await openFleet({ workers, settings: effort.quick ? QUICK_SETTINGS : {} });
  await upload(fleet, data);
  const { symbol } = data;
  await Promise.all(Array.from({ length: workers }, () => swept(fleet, { ...FEW_PAIRS, symbol })));
  return await swept(fleet, { ...body, symbol });
}

const CASES = [
  { name: "calm, without statistics of luck", overfitting: "none", kill: false },
  { name: "a worker killed, without them", overfitting: "none", kill: true },
  { name: "calm, with all of them", overfitting: "full", kill: false },
  { name: "a worker killed, with all of them", overfitting: "full", kill: true },
] as const;

async function benchMillion(effort: Effort): Promise<void> {
  const data = await tenYears();
  const rounds = CASES.map((): Swept[] => []);
  for (let round = 0; round < effort.rounds; round++) {
    for (const [at, { overfitting, kill }] of CASES.entries()) {
      await using fleet = await openFleet({ workers: 2, settings: effort.quick ? QUICK_SETTINGS : {} });
      await upload(fleet, data);
      const body = { ...(effort.quick ? FEWER : MILLION), overfitting, symbol: data.symbol };
      rounds[at]?.push(await swept(fleet, body, kill ? "killed" : "watched"));
    }
  }
  const resultHash = onlyHash(rounds.flat());
  const results = CASES.map((one, at) => ({ ...one, rounds: rounds[at] ?? [] }));
  report(effort, "DL-025", "million", "fleet-sweep", results, {
    title: `${whole(rounds[0]?.[0]?.trials ?? 0)} trials in parts, with a worker killed in the middle`,
    notes: [
      `Pairs of simple averages on 2,520 daily bars, every trial stored, with standard settings; two workers with one child of one thread each, on two cores.`,
      `Killed: at ${100 * KILL_AT} % of the trials one worker gets SIGKILL, and another is started in its place. Begun again: parts whose worker died with them.`,
      `Largest process: MiB in memory, looked at while it ran; a child may have 2,048. ${effort.rounds} rounds in turn, a fleet of its own for each run; medians with the range.`,
      `All have the result hash ${resultHash}.`,
    ],
    columns: ["sweep", "seconds", "trials/s", "steps of progress seen", "parts begun again", "largest process MiB"],
    rows: results.map(({ name, rounds: all }) => {
      const figure = (read: (one: Swept) => number) => spread(all.map(read), whole);
      return [
        ...[name, spread(secondsOf(all), ms), perSecond(all), figure(({ steps }) => steps), figure(({ repeated }) => repeated)],
        figure(({ largestMib }) => largestMib),
      ];
    }),
  });
}

/** @throws {Error} when it does not complete */
async function swept(fleet: Fleet, body: object, how: "unwatched" | "watched" | "killed" = "unwatched"): Promise<Swept> {
  const start = performance.now();
  const sweep = { source: "dataset", top: 1, ...body };
  // Nobody asks for progress where it is not to be seen: one answer is waited for.
  const prefer = how === "unwatched" ? "wait=60" : "respond-async";
  const { status, location, body: accepted } = await postJson(`${fleet.url}/api/v1/sweeps`, sweep, prefer);
  if (status !== 202 && status !== 200) throw new Error(`a sweep was answered with ${status}: ${JSON.stringify(accepted)}`);
  let [steps, seen, repeated, largestMib, watchedMs, mustKill] = [0, 0, 0, 0, 0, how === "killed"];
  let answer: unknown;
  await waitFor(async () => {
    answer = await getJson(`${fleet.url}${location}`);
    const progress = field(answer, "progress");
    const done = Number(field(progress, "done") ?? 0);
    if (done > seen) steps++;
    seen = Math.max(seen, done);
    if (mustKill && done >= KILL_AT * Number(field(progress, "total"))) {
      mustKill = false;
      await replaceWorker(fleet);
    }
    if (how !== "unwatched" && performance.now() - watchedMs > WATCH_MS) {
      largestMib = Math.max(largestMib, fleet.largestMib());
      repeated = Math.max(repeated, (await fleet.sql`SELECT FROM jobs WHERE kind = 'sweep_part' AND attempt > 1`).length);
      watchedMs = performance.now();
    }
    return !["queued", "running"].includes(String(field(answer, "status")));
  }, LOOK_MS);
  const seconds = (performance.now() - start) / 1000;
  if (field(answer, "status") !== "completed" || mustKill) throw new Error(`not as it should be: ${JSON.stringify(answer)}`);
  const [trials, resultHash] = [Number(field(answer, "trials")), String(field(answer, "result_hash"))];
  return { seconds, trials, resultHash, steps, repeated, largestMib };
}

async function replaceWorker({ workers, work }: Fleet): Promise<void> {
  const [dead] = workers.splice(0, 1);
  await dead?.kill9();
  await work();
}

/** @throws {Error} when two of them differ */
function onlyHash(all: readonly Swept[]): string {
  const hashes = [...new Set(all.map(({ resultHash }) => resultHash))];
  if (hashes.length !== 1) throw new Error(`the same sweep has the results ${hashes.join(", ")}`);
  return hashes[0] ?? "";
}

function pairs(to: number) {
  const windows = { from: 2, to };
  return { fast: windows, slow: windows };
}

function secondsOf(all: readonly Swept[]): readonly number[] {
  return all.map(({ seconds }) => seconds);
}

function perSecond(all: readonly Swept[]): string {
  return whole(median(all.map(({ trials, seconds }) => trials / seconds)));
}
