import { workerData } from "node:worker_threads";

/** How long a child may outlive its parent, when it is too busy to notice on its own. */
const LOOK_EVERY_MS = 500;

// A thread of a child. The child itself leaves when its channel closes, but not in the middle of a task; this thread ends it even then.
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, LOOK_EVERY_MS);
