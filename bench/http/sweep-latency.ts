import { ms } from "../receipt.ts";
import { millionMinutes, TEN_YEARS, tenYears, type Upload, upload } from "./jobs.ts";
import { type Effort, report, spread, whole } from "./report.ts";
import { type BenchServer, startServer } from "./server.ts";

const WINDOWS = { from: 2, to: 201 };
const TRIALS = 19_900;
const LONG_BARS = 100_000;
const SMALL = "POST /api/v1/jobs";
const WALK = "walk-forward";

/** What is asked for, by what is measured; sweeps are told by their statistics of luck. */
const ASKED: Readonly<Record<string, number>> = { none: 150, fast: 250, full: 1500, [WALK]: 500 };
/** 20 folds of 100 bars out of sample after 500 in sample; 1,225 pairs of windows. */
const WALKED = { params: { fast: { from: 2, to: 51 }, slow: { from: 2, to: 51 } }, in_sample_bars: 500, out_of_sample_bars: 100 };
const WALKED_FOLDS = 21;

interface Timed {
  readonly mode: string;
  /** One sweep after the other; milliseconds. */
  readonly ms: readonly number[];
  readonly runtimeMs: readonly number[];
}

interface Cancelled {
  /** Until the first progress was seen, from DELETE to its answer, from there to the state, and to the answer of a small job asked for then. */
  readonly progressMs: number;
  readonly deletedMs: number;
  readonly stateMs: number;
  readonly nextMs: number;
}

/** A sweep of 19,900 trials over HTTP, with and without statistics of luck; and one of 100,000 bars that is cancelled. */
export async function benchSweepLatency(effort: Effort): Promise<void> {
  const times = effort.quick ? 5 : 30;
  const short = await tenYears();
  const long = longUpload();
  await using server = await startServer();
  await upload(server, short);
  await upload(server, long);
  const modes = Object.keys(ASKED);
  const once = (mode: string) => (mode === WALK ? walk(server, short) : sweep(server, short, mode));
  for (const mode of modes) for (let k = 0; k < 4; k++) await once(mode);
  const taken = new Map<string, Timed[]>(modes.map((mode) => [mode, []]));
  for (let round = 0; round < effort.rounds; round++) {
    for (const mode of modes) {
      const answers = [];
      for (let k = 0; k < times; k++) answers.push(await once(mode));
      taken.get(mode)?.push({ mode, ms: answers.map(([whole]) => whole), runtimeMs: answers.map(([, runtime]) => runtime) });
    }
  }
  const cancelled: Cancelled[] = [];
  for (let k = 0; k < (effort.quick ? 2 : 10); k++) cancelled.push(await cancelOne(server, short, long));
  const rows = modes.map((mode) => ({ mode, rounds: taken.get(mode) ?? [] }));
  const memory = server.memory();
  const told = (key: keyof Cancelled) =>
    spread(
      cancelled.map((one) => one[key]),
      ms,
    );
  report(
    effort,
    "DL-019",
    "sweep-latency",
    "sweep-latency",
    { rows, cancelled, memory },
    {
      title: "Sweeps over HTTP",
      notes: [
        `One server with default settings on two cores, warm; ${TRIALS} pairs of simple averages (2 to 201) on ${TEN_YEARS} daily bars of an uploaded dataset, one thread a sweep; every trial is stored before the answer.`,
        `${times} sweeps one after the other in each of ${effort.rounds} rounds; p50 of a round, median of the rounds with their range.`,
        "Asked: p50 under 150 ms without statistics, 250 ms with the fast ones, 1,500 ms with cross-validation (12,870 splits).",
        `${WALK}: 1,225 pairs (2 to 51) over ${WALKED_FOLDS} folds of the same bars, 500 in sample and 100 after them; asked under 500 ms for 20 folds.`,
        `A sweep of the same grid on ${LONG_BARS} bars, cancelled ${cancelled.length} times, in ms, median and range: first progress seen after ${told("progressMs")}; DELETE answered in ${told("deletedMs")}, cancelled in the next GET after ${told("stateMs")}; a small job asked for at once was answered in ${told("nextMs")}. Asked: cancelled within 200 ms.`,
        `Resident memory at the end: server ${whole(memory.server)} MiB, children ${whole(memory.children)} MiB.`,
      ],
      columns: ["sweep, by statistics of luck", "p50 ms", "p90 ms", "max ms", "of that in the child, p50", "asked p50"],
      rows: rows.map(({ mode, rounds }) => [
        mode,
        ...[0.5, 0.9, 1].map((q) =>
          spread(
            rounds.map(({ ms: each }) => quantile(each, q)),
            ms,
          ),
        ),
        spread(
          rounds.map(({ runtimeMs }) => quantile(runtimeMs, 0.5)),
          ms,
        ),
        whole(ASKED[mode] ?? 0),
      ]),
    },
  );
}

function longUpload(): Upload {
  const { csv } = millionMinutes();
  return {
    symbol: "LONG",
    csv: csv
      .split("\n")
      .slice(0, LONG_BARS + 1)
      .join("\n"),
  };
}

function sweepBody(symbol: string, overfitting: string): string {
  return JSON.stringify({
    symbol,
    source: "dataset",
    strategy: "ma_crossover",
    params: { fast: WINDOWS, slow: WINDOWS },
    overfitting,
  });
}

/** Milliseconds of a whole sweep, and of its runtime in the child. @throws {Error} when it is not answered with every trial */
async function sweep({ url }: BenchServer, { symbol }: Upload, mode: string): Promise<readonly [number, number]> {
  const start = performance.now();
  const response = await fetch(`${url}/api/v1/sweeps`, { method: "POST", body: sweepBody(symbol, mode) });
  const text = await response.text();
  const took = performance.now() - start;
  const answer: unknown = JSON.parse(text);
  if (response.status !== 200 || field(answer, "trials") !== TRIALS) throw new Error(`${response.status}: ${text.slice(0, 300)}`);
  return [took, Number(field(answer, "runtime_seconds")) * 1000];
}

/** The same for a walk-forward. @throws {Error} when it is not answered with every fold */
async function walk({ url }: BenchServer, { symbol }: Upload): Promise<readonly [number, number]> {
  const body = JSON.stringify({ symbol, source: "dataset", strategy: "ma_crossover", equity_points: "none", ...WALKED });
  const start = performance.now();
  const response = await fetch(`${url}/api/v1/walk-forwards`, { method: "POST", body });
  const text = await response.text();
  const took = performance.now() - start;
  const folds = field(JSON.parse(text), "folds");
  if (response.status !== 200 || !Array.isArray(folds) || folds.length !== WALKED_FOLDS)
    throw new Error(`${response.status}: ${Array.isArray(folds) ? folds.length : ""} ${text.slice(0, 300)}`);
  return [took, Number(field(JSON.parse(text), "runtime_seconds")) * 1000];
}

async function cancelOne({ url }: BenchServer, short: Upload, long: Upload): Promise<Cancelled> {
  const start = performance.now();
  const headers = { prefer: "respond-async" };
  const accepted = await fetch(`${url}/api/v1/sweeps`, { method: "POST", body: sweepBody(long.symbol, "none"), headers });
  const place = `${url}/api/v1/sweeps/${String(field(await accepted.json(), "sweep_id"))}`;
  const state = async (): Promise<unknown> => (await fetch(place)).json();
  for (let seen = await state(); !(Number(field(field(seen, "progress"), "done")) > 0); seen = await state()) await Bun.sleep(2);
  const progressMs = performance.now() - start;
  const asked = performance.now();
  const deleted = await fetch(place, { method: "DELETE" });
  const deletedMs = performance.now() - asked;
  if (deleted.status !== 202) throw new Error(`DELETE was answered with ${deleted.status}`);
  while (field(await state(), "status") !== "cancelled") await Bun.sleep(1);
  const stateMs = performance.now() - asked;
  const next = performance.now();
  const job = await fetch(`${url}${SMALL.slice(5)}`, {
    method: "POST",
    body: JSON.stringify({ symbol: short.symbol, source: "dataset", strategy: "ma_crossover", equity_points: "none" }),
  });
  if (job.status !== 200) throw new Error(`the next job was answered with ${job.status}`);
  await job.text();
  return { progressMs, deletedMs, stateMs, nextMs: performance.now() - next };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(q * (sorted.length - 1))] ?? Number.NaN;
}
