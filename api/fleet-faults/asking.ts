import { RESOURCES } from "../resource.ts";
import { until } from "../test-until.ts";
import { isIdle } from "./audit.ts";
import { LONG_ONE, SENT, USUAL } from "./bodies.ts";
import { ASYNC } from "./client.ts";
import type { Stage } from "./stage.ts";

/** The same request with the same key, so many times at once, to all HTTP processes by turns: every status that was answered. */
export async function askAtOnce(stage: Stage, times: number): Promise<readonly number[]> {
  const { client, fronts } = stage;
  const job = client.newJob(USUAL[1]!);
  const answers = await Promise.all(
    Array.from({ length: times }, (_, k) => client.post(fronts[k % fronts.length]!.url, job, k % 2 === 0 ? ASYNC : "wait=5")),
  );
  return [...new Set(answers.map(({ status }) => status))].sort();
}

/** The kinds of events that a process tells of a job which another one accepted, without repetitions. */
export async function followElsewhere(stage: Stage, body: number): Promise<readonly string[]> {
  const { client, fronts } = stage;
  const [first, second] = fronts;
  const { id } = await client.post(first!.url, client.newJob(body), ASYNC);
  const response = await fetch(`${second!.url}${pathOf(body)}/${id}/events`, { signal: AbortSignal.timeout(20_000) });
  const text = await response.text();
  const names = [...text.matchAll(/^event: (\w+)\nid: .*\ndata: (.*)$/gm)].map(([, name, data]) =>
    name === "progress" ? name : `${name} ${JSON.parse(data!).status}`,
  );
  return [...new Set(names)];
}

/** Listeners to the events of jobs that run, who go away after the first words. Resolves when all are gone and the jobs ended. */
export async function listenAndGo(stage: Stage, times: number): Promise<void> {
  const { client, fronts } = stage;
  await Promise.all(
    Array.from({ length: times }, async (_, k) => {
      const body = k % 4 === 0 ? LONG_ONE : USUAL[k % USUAL.length]!;
      const [id] = (await client.send(body, ASYNC)).ids;
      const gone = new AbortController();
      const response = await fetch(`${fronts[k % fronts.length]!.url}${pathOf(body)}/${id}/events`, { signal: gone.signal });
      await response.body?.getReader().read();
      gone.abort();
    }),
  );
  await until(() => isIdle(stage));
}

const pathOf = (body: number) => RESOURCES[SENT[body]!.kind].path;
