import { type KillReport, killConnections } from "../api/store/postgres/driver-kills.ts";
import { type Effort, report, whole } from "./http/report.ts";

const CONNECTIONS = 5;
const SEEDS = [20_260_301, 20_260_302];
const ROUNDS = 6000;
const QUICK_ROUNDS = 100;

interface Soak extends KillReport {
  readonly seed: number;
  readonly minutes: number;
}

/**
 * The long form of the test of the PostgreSQL driver: connections of a client under mixed load are ended again and again.
 * @throws when a run was not sound
 */
export async function benchDriver(effort: Effort): Promise<void> {
  const soaks: Soak[] = [];
  for (const seed of effort.quick ? SEEDS.slice(0, 1) : SEEDS) {
    const startedMs = performance.now();
    const run = await killConnections(effort.quick ? QUICK_ROUNDS : ROUNDS, CONNECTIONS, seed);
    soaks.push({ seed, minutes: (performance.now() - startedMs) / 60_000, ...run });
  }
  report(effort, "DL-026", "soak", "driver", soaks, {
    title: "Connections of the PostgreSQL driver ended under load",
    notes: [
      "One client process with 20 workers on a pool of 5 and a LISTEN: plain and pipelined statements, transactions, savepoints, reserved connections, COPY in and out, cursors.",
      "Ended by pg_terminate_backend (one or all), SIGKILL of a server process (the server then ends all and recovers), and immediate restarts.",
      "Unsettled: promises that neither were fulfilled nor rejected. Stray: errors outside of every promise. Lost: transactions acknowledged and not there.",
    ],
    columns: [
      "seed",
      "minutes",
      "terminated",
      "SIGKILL",
      "restarts",
      "promises",
      "unsettled",
      "stray",
      "wrong",
      "committed",
      "lost",
      "in part",
      "width after",
      "RSS, MB",
    ],
    rows: soaks.map(rowOf),
  });
  const unsound = soaks.filter((soak) => !isSound(soak)).map(({ seed }) => seed);
  if (unsound.length > 0) throw new Error(`the driver did not stand seed ${unsound.join(", ")}`);
}

function rowOf({ seed, minutes, terminated, crashes, restarts, client }: Soak): string[] {
  const ended = [String(seed), minutes.toFixed(1), whole(terminated), whole(crashes), whole(restarts)];
  if (client === null) return [...ended, "the process died"];
  const { issued, unsettled, stray, wrong, committed, lost, halves, width, rssMb } = client;
  const counts = [issued, unsettled, stray.length, wrong.length, committed, lost, halves, width].map(whole);
  return [...ended, ...counts, `${whole(Math.min(...rssMb))} to ${whole(Math.max(...rssMb))}`];
}

function isSound({ client }: KillReport): boolean {
  if (client === null) return false;
  const { unsettled, stray, wrong, halves, lost, width, hasHeard, hasEnded } = client;
  return unsettled + stray.length + wrong.length + halves + lost === 0 && width === CONNECTIONS && hasHeard && hasEnded;
}
