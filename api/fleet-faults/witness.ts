import type postgres from "postgres";
import type { SentBody } from "../kills/requests.ts";
import { RESOURCES } from "../resource.ts";
import { partialIn, pointsIn } from "./audit.ts";
import { type Ending, SENT } from "./bodies.ts";
import type { FleetClient } from "./client.ts";

/** Who looks at jobs all the time. */
export interface Witness {
  /** Answers and looks into the database so far. */
  readonly looks: number;
  /** What was seen since the last time of results that were not whole. */
  told(): readonly string[];
  stop(): Promise<void>;
}

const PAUSE_MS = 20;
const ANSWER_MS = 5000;

/** Reads jobs by turns over HTTP, of any front, and in the database, until it is stopped. What does not answer is asked again. */
export function startWitness(sql: postgres.Sql, client: FleetClient, endings: readonly Ending[]): Witness {
  const partial = new Set<string>();
  let looks = 0;
  let stopped = false;

  async function look(turn: number): Promise<void> {
    for (const told of await partialIn(sql)) partial.add(told);
    looks++;
    const job = client.accepted.at(-1 - (turn % 20));
    const [id] = job?.ids ?? [];
    const front = client.fronts()[turn % 2];
    if (job === undefined || id === undefined || front === undefined) return;
    for (const told of await pointsIn(sql, [id])) partial.add(told);
    const sent = SENT[job.body]!;
    const response = await fetch(`${front}${RESOURCES[sent.kind].path}/${id}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const text = await response.text();
    if (response.status !== 200) return;
    looks++;
    const fault = faultOf(JSON.parse(text), endings[job.body]!, sent);
    if (fault !== null) partial.add(`${id} ${fault}`);
  }

  const done = (async () => {
    for (let turn = 0; !stopped; turn++) {
      await look(turn).catch(() => {});
      await Bun.sleep(PAUSE_MS);
    }
  })();
  return {
    get looks() {
      return looks;
    },
    told() {
      const told = [...partial];
      partial.clear();
      return told;
    },
    async stop() {
      stopped = true;
      await done;
    },
  };
}

interface Answer {
  readonly status: string;
  readonly result_hash?: string;
  readonly trials?: number;
  readonly equity_curve?: readonly unknown[] | null;
}

/** Why an answer is neither that of a job without a result nor that of one with all of it; null where it is. */
function faultOf(answer: Answer, ending: Ending, { kind, body }: SentBody): string | null {
  const { status, result_hash, equity_curve, trials } = answer;
  if (status !== "completed") return result_hash === undefined ? null : `is ${status} with a result`;
  if ("problem" in ending) return "is completed";
  if (result_hash !== ending.resultHash) return `shows ${result_hash}`;
  const isCut = kind === "walk_forward" || "equity_points" in body;
  const size = kind === "sweep" ? trials : isCut ? ending.size : equity_curve?.length;
  return size === ending.size ? null : `shows ${size} of ${ending.size}`;
}
