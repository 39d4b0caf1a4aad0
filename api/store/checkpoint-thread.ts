import { Worker } from "node:worker_threads";

/** Copies what was committed from the log into the database file, on a thread of its own: who commits need not wait for the disk. */
export interface CheckpointThread {
  /** Resolves when the thread has closed the file. */
  stop(): Promise<void>;
}

/**
 * The log stays bounded without this thread too: the writer copies what is left when the log has grown to `wal_autocheckpoint`.
 * @param path of the database, in WAL mode
 */
export function startCheckpoints(path: string): CheckpointThread {
  const worker = new Worker(new URL("./checkpoint-loop.ts", import.meta.url), { workerData: path });
  worker.unref();
  const ended = new Promise<void>((resolve) => {
    const end = () => resolve();
    worker.on("exit", end);
    worker.on("error", end);
  });
  return {
    async stop() {
      worker.postMessage("stop");
      await ended;
    },
  };
}
