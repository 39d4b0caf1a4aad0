import { tenYears, type Upload, upload } from "../http/jobs.ts";
import { type Effort, report, spread, whole } from "../http/report.ts";
import { median, ms } from "../receipt.ts";
import { field, getJson, postJson, waitFor } from "./client.ts";
import { minutes } from "./load.ts";
import { type Fleet, openFleet } from "./stage.ts";

const LONG_BARS = 200_000;
const ASKED_RATIO = 1.7;
/** 44,850 pairs on the long bars; before them 435, so that every child has its kernels. */
const PAIRS = { strategy: "ma_crossover", overfitting: "none", params: pairs(301) };
const FEW_PAIRS = { ...PAIRS, params: pairs(31) };
/** Every fast window is under every slow one. */
const MILLION = { strategy: "ma_crossover", params: { fast: { from: 2, to: 1001 }, slow: { from: 1002, to: 2001 } } };
const FEWER = { ...MILLION, params: { fast: { from: 2, to: 201 }, slow: { from: 1002, to: 1501 } } };
const PART_BAR_TRIALS = 100_000_000;
const JOB_MEMORY_MB = 2048;
const KILL_AT = 0.4;
const LOOK_MS = 20;
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
  const data = minutes(effort.quick ? LONG_BARS / 5 : LONG_BARS);
  const [one, two]: [Swept[], Swept[]] = [[], []];
  for (let round = 0; round < effort.rounds; round++) {
    one.push(await onFleet(1, data));
    two.push(await onFleet(2, data));
  }
  const resultHash = onlyHash([...one, ...two]);
  const ratios = one.map(({ seconds }, at) => seconds / (two[at]?.seconds ?? Number.NaN));
  report(
    effort,
    "DL-025",
    "workers",
    "fleet-sweep",
    { one, two, ratios },
    {
      title: "A sweep in parts: one worker against two",
      notes: [
        `${whole(one[0]?.trials ?? 0)} pairs of simple averages on ${whole(effort.quick ? LONG_BARS / 5 : LONG_BARS)} one-minute bars, without statistics of luck, in parts of 500,000,000 trials x bars; each worker with one child of one thread, on two cores that also carry PostgreSQL (waits for the disk), Redis and the HTTP process.`,
        `From the request to the answer, asked for every few milliseconds; a fleet of its own for each run, after a small sweep on the same bars. ${effort.rounds} rounds in turn, medians with the range.`,
        `All have the result hash ${resultHash}.`,
      ],
      columns: ["workers", "seconds", "trials/s", "times one worker", "asked"],
      rows: [
        ["1", spread(secondsOf(one), ms), perSecond(one), "1", ""],
        ["2", spread(secondsOf(two), ms), perSecond(two), spread(ratios, ms), ms(ASKED_RATIO)],
      ],
    },
  );
}

async function onFleet(workers: number, data: Upload): Promise<Swept> {
  await using fleet = await openFleet({ workers });
  await upload(fleet, data);
  await swept(fleet, { ...FEW_PAIRS, symbol: data.symbol });
  return await swept(fleet, { ...PAIRS, symbol: data.symbol });
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
      const settings = { SPLIT_BAR_TRIALS: `${PART_BAR_TRIALS / (effort.quick ? 10 : 1)}`, JOB_MEMORY_MB: `${JOB_MEMORY_MB}` };
      await using fleet = await openFleet({ workers: 2, settings });
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
      `Pairs of simple averages on 2,520 daily bars in parts of ${whole(PART_BAR_TRIALS)} trials x bars, every trial stored; two workers with one child of one thread each, on two cores.`,
      `Killed: at ${100 * KILL_AT} % of the trials one worker gets SIGKILL, and another is started in its place. Begun again: parts whose worker died with them.`,
      `JOB_MEMORY_MB=${JOB_MEMORY_MB}. Largest process: MiB in memory, looked at while it ran. ${effort.rounds} rounds in turn, a fleet of its own for each run; medians with the range.`,
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
  const { status, location, body: accepted } = await postJson(`${fleet.url}/api/v1/sweeps`, sweep, "respond-async");
  if (status !== 202) throw new Error(`a sweep was answered with ${status}: ${JSON.stringify(accepted)}`);
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
