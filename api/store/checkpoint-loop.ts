import { Database } from "bun:sqlite";
import { parentPort, workerData } from "node:worker_threads";

// The thread of checkpoint-thread.ts.

const EVERY_MS = 50;

const db = new Database(String(workerData), { readwrite: true, strict: true });
const checkpoint = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");
const timer = setInterval(() => checkpoint.get(), EVERY_MS);

parentPort?.on("message", () => {
  clearInterval(timer);
  checkpoint.finalize();
  db.close();
  parentPort?.close();
});
