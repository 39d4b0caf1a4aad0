import type { Database } from "bun:sqlite";

export interface GroupCommit {
  /**
   * Carries out the operation together with all others of this turn of the event loop in one transaction. Resolves with what it gave once
   * that is committed. An operation that throws is rejected alone: it is undone, and the others are carried out one by one, so an
   * operation may run twice and must do nothing but read and write the database.
   */
  write<T>(operation: () => T): Promise<T>;
  /** Carries out what still waits, and refuses what comes after. */
  close(): void;
}

interface Waiting {
  run(): void;
  committed(): void;
  reject(cause: unknown): void;
}

export function groupCommit(db: Database): GroupCommit {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  let waiting: Waiting[] = [];
  let closed = false;

  /** True when committed; else nothing of the batch is in the database. */
  function attempt(batch: readonly Waiting[]): { readonly committed: boolean; readonly cause: unknown; readonly begun: boolean } {
    let begun = false;
    try {
      begin.run();
      begun = true;
      for (const one of batch) one.run();
      commit.run();
      return { committed: true, cause: null, begun };
    } catch (cause) {
      // A full disk, for one, makes SQLite roll back by itself.
      if (db.inTransaction) rollback.run();
      return { committed: false, cause, begun };
    }
  }

  function carryOut(batch: readonly Waiting[]): void {
    const { committed, cause, begun } = attempt(batch);
    if (committed) for (const one of batch) one.committed();
    else if (begun && batch.length > 1) for (const one of batch) carryOut([one]);
    else for (const one of batch) one.reject(cause);
  }

  function flush(): void {
    const batch = waiting;
    if (batch.length === 0) return;
    waiting = [];
    try {
      carryOut(batch);
    } catch (cause) {
      for (const one of batch) one.reject(cause);
    }
  }

  return {
    write: (operation) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error("the store is closed"));
        let committed = () => {};
        const run = () => {
          const value = operation();
          committed = () => resolve(value);
        };
        if (waiting.push({ run, committed: () => committed(), reject }) === 1) setImmediate(flush);
      }),
    close() {
      closed = true;
      flush();
    },
  };
}
