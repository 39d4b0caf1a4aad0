import { bodyOf, tenYears, type Upload, upload } from "../http/jobs.ts";
import { type Effort, report, spread, whole } from "../http/report.ts";
import { median, ms } from "../receipt.ts";
import { field, getJson, postJson, waitFor } from "./client.ts";
import { minutes } from "./load.ts";
import { type Fleet, openFleet } from "./stage.ts";

const JOBS = 10;
const ASKED_MS = 2000;
/** A million trials on long bars: its parts keep both children busy for longer than is measured. */
const LONG_SWEEP = {
  params: { fast: { from: 2, to: 1001 }, slow: { from: 1002, to: 2001 } },
  strategy: "ma_crossover",
  overfitting: "none",
  top: 1,
};
const LONG_BARS = 50_000;

const CASES = {
  first: "idle, the first ever",
  polled: "idle, asked for again and again",
  waited: "idle, waited for",
  beside: "beside a long sweep, asked for again and again",
  besideWaited: "beside a long sweep, waited for",
} as const;
type Case = keyof typeof CASES;
const NAMES = ["first", "polled", "waited", "beside", "besideWaited"] as const satisfies readonly Case[];
type How = "polled" | "waited";

/** Ten jobs sent at once: how long each takes from the request to the result, with the fleet idle and beside a long sweep. */
export async function benchFleetTen(effort: Effort): Promise<void> {
  const times = effort.quick ? 2 : 10;
  const data = await tenYears();
  const taken: Record<Case, number[][]> = { first: [], polled: [], waited: [], beside: [], besideWaited: [] };
  for (let round = 0; round < effort.rounds; round++) {
    await using fleet = await openFleet({ workers: 2, settings: { SWEEP_BAR_TRIALS: "100000000000" } });
    await upload(fleet, data);
    const long = minutes(LONG_BARS);
    await upload(fleet, long);
    taken.first.push(await ten(fleet, data, "polled"));
    for (let k = 0; k < times; k++) {
      taken.polled.push(await ten(fleet, data, "polled"));
      taken.waited.push(await ten(fleet, data, "waited"));
    }
    for (let k = 0; k < times; k++) {
      taken.beside.push(await besideSweep(fleet, long, data, "polled"));
      taken.besideWaited.push(await besideSweep(fleet, long, data, "waited"));
    }
  }
  const cases = NAMES.map((name) => ({ name, times: taken[name] }));
  report(effort, "DL-021", "ten", "fleet-ten", cases, {
    title: "Ten jobs at once",
    notes: [
      `One HTTP process, two workers with one child and one thread each, PostgreSQL that waits for the disk, Redis with appendonly, on two cores. ${JOBS} backtests of ma_crossover with different windows on 2,520 daily bars, sent at the same moment; milliseconds from the request to the result, of each.`,
      `Asked for again and again: answered with 202, then GET every 5 ms until completed. Waited for: Prefer: wait=30.`,
      "Beside a long sweep: one of a million trials on 50,000 bars, run in parts by both workers at that time, and cancelled afterwards.",
      `${effort.rounds} fleets, in each the first ten after its start, then ${times} times ten of each kind. Asked: each under ${whole(ASKED_MS)} ms.`,
    ],
    columns: ["ten jobs", "times", "fastest ms", "median ms", "slowest of ten: median (range) ms", "asked ms", "over that"],
    rows: cases.map(({ name, times: all }) => {
      const each = all.flat();
      return [
        ...[CASES[name], whole(all.length), ms(Math.min(...each)), ms(median(each))],
        spread(
          all.map((one) => Math.max(...one)),
          ms,
        ),
        ...[whole(ASKED_MS), whole(each.filter((one) => one > ASKED_MS).length)],
      ];
    }),
  });
}

/** @throws {Error} when the sweep is over before they are */
async function besideSweep(fleet: Fleet, { symbol }: Upload, data: Upload, how: How): Promise<number[]> {
  const sweep = await postJson(`${fleet.url}/api/v1/sweeps`, { symbol, source: "dataset", ...LONG_SWEEP }, "respond-async");
  const place = `${fleet.url}${sweep.location}`;
  await waitFor(async () => Number(field(field(await getJson(place), "progress"), "done")) > 0);
  const times = await ten(fleet, data, how);
  const status = field(await getJson(place), "status");
  if (status !== "running") throw new Error(`the sweep was ${status} before ten jobs were done beside it`);
  await fetch(place, { method: "DELETE" });
  await waitFor(async () => (await fleet.sql`SELECT FROM jobs WHERE due_at_ms IS NOT NULL`).length === 0);
  return times;
}

function ten({ url }: Fleet, data: Upload, how: How): Promise<number[]> {
  return Promise.all(
    Array.from({ length: JOBS }, async (_, k) => {
      const start = performance.now();
      const body = bodyOf(data, { equity_points: "none", params: { fast: 5 + k, slow: 50 + k } });
      const { location, body: answer } = await postJson(
        `${url}/api/v1/jobs`,
        body,
        how === "waited" ? "wait=30" : "respond-async",
      );
      if (how === "polled") await waitFor(async () => field(await getJson(`${url}${location}`), "status") === "completed");
      else if (field(answer, "status") !== "completed") throw new Error(`not completed: ${JSON.stringify(answer).slice(0, 200)}`);
      return performance.now() - start;
    }),
  );
}
