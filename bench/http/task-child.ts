import { serialize } from "bun:jsc";
import { runTask } from "../../api/compute/run-task.ts";
import { median } from "../receipt.ts";
import { tenYears } from "./jobs.ts";
import { storedBars, taskOf, taskParts } from "./task-parts.ts";

// What a child of the pool does with a job, without the channel: `bun bench/http/task-child.ts <full|none> <tasks>`. Prints one line of JSON.

const [points = "none", tasks = "1000"] = process.argv.slice(2);
const data = await tenYears();
const { hash, bytes } = storedBars(data);
const parts = await taskParts({ get: async () => bytes });
const task = taskOf(data, hash, { equity_points: points }, true);
const taskMs: number[] = [];
const packingMs: number[] = [];
let messageBytes = 0;
for (let i = 0; i < Number(tasks); i++) {
  const start = performance.now();
  const result = await runTask(task, parts);
  const ran = performance.now();
  if (!result.ok) throw new Error(result.error.detail);
  messageBytes = serialize({ kind: "done", id: i, result }).byteLength;
  packingMs.push(performance.now() - ran);
  taskMs.push(ran - start);
}
console.log(JSON.stringify({ taskMs: median(taskMs), packingMs: median(packingMs), messageBytes }));
