/**
 * A process of its own on the file of a test. `open` opens and closes it; `work` accepts this many jobs, each acknowledged by a line with its
 * id, and takes and finishes whatever is due until all jobs there are have ended.
 */
import { jobIds, LOCAL_USER } from "../ids.ts";
import { openSqlite } from "./sqlite.ts";
import { testJob, testOutput } from "./test-jobs.ts";

const [what = "", path = "", count = "0"] = process.argv.slice(2);
const opened = openSqlite({ path, synchronous: "normal", clock: Date.now });
if (!opened.ok) throw new Error(opened.error.detail);
const { jobs, close } = opened.value;

if (what === "work") {
  const nextId = jobIds(Date.now);
  const worker = `child:${process.pid}`;
  let left = Number(count);
  let finished = 0;
  for (;;) {
    const some = Array.from({ length: Math.min(left, 5) }, nextId);
    left -= some.length;
    await Promise.all(
      some.map(async (id) => {
        await jobs.accept(LOCAL_USER, testJob(0, { id }), null, null);
        process.stdout.write(`${id}\n`);
      }),
    );
    const due = await jobs.due(8);
    if (due.length === 0 && left === 0) break;
    await Promise.all(
      due.map(async ({ user, id }) => {
        const job = await jobs.take(user, id, worker, 60_000);
        if (job !== undefined && (await jobs.finish(user, id, job.state.attempt, testOutput(300)))) finished++;
      }),
    );
  }
  process.stdout.write(`finished ${finished}\n`);
}
await close();
