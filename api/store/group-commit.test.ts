import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { groupCommit } from "./group-commit.ts";

/** A table of numbers, and a counter of the transactions that were begun. */
function open() {
  const db = new Database(":memory:");
  db.run("CREATE TABLE numbers (n INTEGER PRIMARY KEY CHECK (n < 100))");
  const commits = groupCommit(db);
  const insert = (n: number) => () => {
    db.run("INSERT INTO numbers (n) VALUES (?)", [n]);
    return n;
  };
  const numbers = () => db.query("SELECT n FROM numbers ORDER BY n").values().flat();
  return { db, commits, insert, numbers };
}

describe("writes of one turn of the event loop", () => {
  test("are committed together, in their order, and answered afterwards", async () => {
    const { db, commits, insert, numbers } = open();
    const inside: boolean[] = [];
    const seen: unknown[] = [];
    const look = () => {
      inside.push(db.inTransaction);
      seen.push(db.query("SELECT count(*) AS n FROM numbers").get());
    };
    const all = [commits.write(insert(1)), commits.write(look), commits.write(insert(2)), commits.write(look)];
    expect(numbers()).toEqual([]);
    expect(await Promise.all(all)).toEqual([1, undefined, 2, undefined]);
    expect(inside).toEqual([true, true]);
    expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
    expect(db.inTransaction).toBe(false);
  });

  test("include those of other callbacks of the same turn", async () => {
    const { db, commits, insert, numbers } = open();
    const before: unknown[] = [];
    const write = async (n: number) => {
      await Promise.resolve();
      await commits.write(() => {
        before.push(...numbers());
        return insert(n)();
      });
    };
    // The second finds the first already written: in the same transaction, as nothing is committed before the first is answered.
    const first = write(1);
    let answered = false;
    first.then(() => {
      answered = true;
    });
    await Promise.all([
      first,
      commits.write(() => {
        expect(answered).toBe(false);
      }),
      write(2),
    ]);
    expect(before).toEqual([1]);
    db.close();
  });

  test("that throw are rejected with their cause and undone, and the others are written", async () => {
    const { commits, insert, numbers } = open();
    const half = () => {
      insert(5)();
      throw new RangeError("a bug");
    };
    const settled = await Promise.allSettled([1, 100, 2, 2, 3].map((n) => commits.write(insert(n))).concat(commits.write(half)));
    expect(settled.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
    ]);
    expect(settled[5]).toMatchObject({ reason: new RangeError("a bug") });
    expect(numbers()).toEqual([1, 2, 3]);
    expect(await commits.write(insert(4))).toBe(4);
  });

  test("are rejected when what they wrote is refused only by the commit", async () => {
    const { db, commits, insert, numbers } = open();
    db.run("PRAGMA foreign_keys = ON");
    db.run("CREATE TABLE marks (n INTEGER REFERENCES numbers (n) DEFERRABLE INITIALLY DEFERRED)");
    const dangling = () => db.run("INSERT INTO marks (n) VALUES (9)");
    const settled = await Promise.allSettled([commits.write(insert(1)), commits.write(dangling), commits.write(insert(2))]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(numbers()).toEqual([1, 2]);
    expect(db.query("SELECT n FROM marks").values()).toEqual([]);
  });

  test("do not nest: a write that is asked for inside of another waits for the next turn", async () => {
    const { commits, insert, numbers } = open();
    const inner = await commits.write(() => ({ promise: commits.write(insert(2)), before: numbers() }));
    expect(inner.before).toEqual([]);
    expect(await inner.promise).toBe(2);
  });

  test("are carried out by closing, and refused after it", async () => {
    const { commits, insert, numbers } = open();
    const asked = commits.write(insert(1));
    commits.close();
    expect(numbers()).toEqual([1]);
    expect(await asked).toBe(1);
    expect(commits.write(insert(2))).rejects.toThrow("the store is closed");
    expect(numbers()).toEqual([1]);
  });

  test("are all rejected when the transaction cannot begin or the connection is gone", async () => {
    const { db, commits, insert } = open();
    const asked = [commits.write(insert(1)), commits.write(insert(2))];
    db.close(true);
    const settled = await Promise.allSettled(asked);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
