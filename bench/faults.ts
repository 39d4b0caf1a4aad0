import { openStage } from "../api/fleet-faults/stage.ts";
import { type NO_FAULTS, type Verdict, verdictOn } from "../api/fleet-faults/verdict.ts";
import { SCENES, type Scene } from "./fault-scenes.ts";
import { runOnFullDisk } from "./full-disk.ts";
import { writeReceipt } from "./receipt.ts";

// The long form of the fault suite of a fleet, with a receipt: `bun run test:faults`. Ends with 1 when anything was lost, doubled, wrong, partial, stuck or
// dead, or did not happen as it must. With words behind it, it plays the scenes whose names have one of them, and writes nothing.

interface Played {
  readonly name: string;
  readonly times: number;
  readonly seconds: number;
  /** Requests that were cut off or refused for a while, and looks of the witness. */
  readonly refused: number;
  readonly looks: number;
  readonly told: readonly unknown[];
  readonly verdict: Verdict | null;
  /** Why it could not be played to its end. */
  readonly trouble: string | null;
}

const SEED = 20260602;

async function play({ name, times, act, settings }: Scene): Promise<Played> {
  const startedMs = performance.now();
  await using stage = await openStage(SEED, settings);
  const told: unknown[] = [];
  let trouble: string | null = null;
  try {
    for (let time = 0; time < times; time++) told.push((await act(stage, time)) ?? null);
  } catch (cause) {
    trouble = cause instanceof Error ? cause.message : String(cause);
  }
  const verdict = await verdictOn(stage).catch((cause: unknown) => {
    trouble ??= String(cause);
    return null;
  });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  return { name, times, seconds, refused: stage.client.refused, looks: stage.witness.looks, told, verdict, trouble };
}

const LISTS = [
  "lost",
  "doubled",
  "wrong",
  "partial",
  "stuck",
  "dead",
  "oddities",
] as const satisfies readonly (keyof typeof NO_FAULTS)[];

/** Everything that is wrong after a scene. */
function faultsOf({ verdict, trouble }: Played): readonly string[] {
  const faults = trouble === null ? [] : [trouble];
  if (verdict === null) return faults;
  const { accepted, completed, failed, results, orphans } = verdict;
  if (completed + failed !== accepted || results !== completed)
    faults.push(`${results} results of ${accepted} jobs, ${failed} failed`);
  if (orphans > 0) faults.push(`${orphans} orphans`);
  return [...faults, ...LISTS.flatMap((list) => verdict[list].map((fault) => `${list}: ${fault}`))];
}

function rowOf(played: Played): readonly string[] {
  const { name, times, verdict, refused, seconds } = played;
  const counts = verdict === null ? [] : [verdict.accepted, verdict.completed, verdict.failed, verdict.results, verdict.repeated];
  return [
    name,
    String(times),
    ...Array.from({ length: 5 }, (_, k) => String(counts[k] ?? "?")),
    String(refused),
    String(faultsOf(played).length),
    String(seconds),
  ];
}

const words = process.argv.slice(2);
const scenes = SCENES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const all: Played[] = [];
for (const scene of scenes) {
  const played = await play(scene);
  all.push(played);
  console.log(rowOf(played).join(" | "), JSON.stringify(played.told));
  for (const fault of faultsOf(played)) console.log(`  FAULT ${fault}`);
}
const isWhole = scenes.length === SCENES.length;
const disk = isWhole ? await runOnFullDisk(20) : null;
const isDiskWell = disk === null || (disk.statuses.every((status) => status === 200) && disk.kept === 0);
if (isWhole) {
  const sum = (count: (verdict: Verdict) => number) =>
    all.reduce((total, { verdict }) => total + (verdict === null ? 0 : count(verdict)), 0);
  writeReceipt(
    "DL-024",
    "faults",
    "bun run test:faults",
    { scenes: all, disk },
    {
      title: "A fleet to which faults happen",
      notes: [
        `Each row is a fleet of its own: two HTTP processes, two workers, Redis (appendonly, everysec) and PostgreSQL, all real processes; ${sum(({ accepted }) => accepted)} jobs in all.`,
        "Faults: jobs accepted and lost, failed or never final; keys with two jobs; results and curves that differ from those of the same request, run once by the other engine in the driver's own process; results seen in part; leases, parts and bells left; processes that do not work afterwards; children that outlive a killed process; answers that nobody should get.",
        `Results were looked at all the time, over HTTP and in the database, ${all.reduce((total, { looks }) => total + looks, 0)} times, with each curve as rows beside its blobs.`,
        "Refused: requests that were cut off or answered with 503, and sent again with their keys. Failed: jobs that are made to, with their problem.",
        "SIGKILL ends processes, not the machine: what the kernel holds is still written.",
        disk === null
          ? "One process on SQLite with its market data on a full disk: not played, a disk to fill can be mounted by root alone."
          : `One process on SQLite with its market data on a full disk (a memory disk of 64 KiB): ${disk.statuses.length} jobs on fetched prices, ${disk.statuses.filter((status) => status === 200).length} completed, ${disk.kept} series kept.`,
      ],
      columns: ["fault", "times", "accepted", "completed", "failed", "results", "begun again", "refused", "faults", "seconds"],
      rows: all.map(rowOf),
    },
  );
}
process.exitCode = isDiskWell && all.every((played) => faultsOf(played).length === 0) ? 0 : 1;
