import { parentPort, workerData } from "node:worker_threads";
import { runTask } from "../../api/compute/run-task.ts";
import type { BacktestTask } from "../../api/compute/task.ts";
import { openBarVault } from "../../api/store/sqlite-bars.ts";
import { taskParts } from "./task-parts.ts";

// A thread that does what a child of the pool does: one task at a time, its result as a message. Started with the path of the database.

const parts = await taskParts(openBarVault(String(workerData)));
parentPort?.on("message", async (task: BacktestTask) => parentPort?.postMessage(await runTask(task, parts)));
parentPort?.postMessage("ready");
