import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import { uniforms } from "../../../core/random.ts";
import type { LoadReport } from "./driver-kills.ts";

// A client that uses the driver in every way while its connections are killed: `bun driver-load.ts <url> <connections> <seed>`.
// Works until its standard input ends, then prints what came of it as JSON.

const [, , url = "", connections = "", seed = ""] = process.argv;
const MAX = Number(connections);
const WORKERS = 4 * MAX;
const PATIENCE_MS = 10_000;
const CURSOR_ROWS = 200;
const SAMPLE_EVERY_MS = 1_000;

const draw = uniforms(Number(seed));
const stray: string[] = [];
const wrong = new Set<string>();
const failures: Record<string, number> = {};
const committed: number[] = [];
const heard = Promise.withResolvers<void>();
const rssMb: number[] = [];
let issued = 0;
let settled = 0;

const nameOf = (error: unknown) =>
  error instanceof Error ? ("code" in error ? String(error.code) : error.message) : String(error);
process.on("uncaughtException", (error) => stray.push(nameOf(error)));
process.on("unhandledRejection", (error) => stray.push(nameOf(error)));

function track<T>(promise: Promise<T>): Promise<T> {
  issued++;
  promise.then(
    () => {
      settled++;
    },
    (error: unknown) => {
      settled++;
      failures[nameOf(error)] = (failures[nameOf(error)] ?? 0) + 1;
    },
  );
  return promise;
}

function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) wrong.add(`${what}: ${actual} instead of ${expected}`);
}

const sql = postgres(url, {
  max: MAX,
  connect_timeout: 2,
  backoff: () => 0.05,
  onnotice: () => undefined,
  connection: { application_name: "load" },
});

/** One row of the two that a transaction leaves. */
const half = (on: postgres.ISql<NonNullable<unknown>>, id: number, n: number) =>
  track(on`insert into halves values (${id}, ${n})`);

const USES: readonly ((id: number) => Promise<unknown>)[] = [
  async (id) => {
    const [row] = await track(sql<{ id: number }[]>`select ${id}::int as id, pg_sleep(${0.01 * draw()})`);
    expectSame("a query's row", row?.id, id);
  },
  async (id) => {
    const ids = Array.from({ length: 20 }, (_, k) => id + k);
    const rows = await Promise.all(ids.map((n) => track(sql<{ n: number }[]>`select ${n}::int as n`)));
    for (const [k, [row]] of rows.entries()) expectSame("a pipelined query's row", row?.n, ids[k]);
  },
  async (id) => {
    await sql.begin(async (tx) => {
      await half(tx, id, 1);
      await Bun.sleep(10 * draw());
      await Promise.all([track(tx`select pg_sleep(${0.01 * draw()})`), half(tx, id, 2)]);
    });
    committed.push(id);
  },
  async (id) => {
    const texts = Array.from({ length: 20 }, (_, k) => String(k).repeat(500));
    await sql.begin(async (tx) => {
      await half(tx, id, 1);
      await Promise.all(texts.map((text) => track(tx`select ${text}::text`)));
      await tx.savepoint((inner) => half(inner, id, 2));
    });
    committed.push(id);
  },
  async (id) => {
    const own = await track(sql.reserve());
    try {
      await Promise.all([track(own`begin`), half(own, id, 1), half(own, id, 2), track(own`commit`)]);
      committed.push(id);
    } finally {
      own.release();
    }
  },
  async (id) => {
    const own = await track(sql.reserve());
    try {
      await Bun.sleep(20 * draw());
      const [row] = await track(own<{ id: number }[]>`select ${id}::int as id`);
      expectSame("a reserved connection's row", row?.id, id);
    } finally {
      own.release();
    }
  },
  async (id) => {
    await sql.begin(async (tx) => {
      const lines = [`${id}\t1\n`, `${id}\t2\n`];
      await track(pipeline(Readable.from(lines), await track(tx`copy halves from stdin`.writable())));
    });
    committed.push(id);
  },
  async () => {
    await sql.begin(async (tx) => {
      let lines = 0;
      for await (const part of await track(tx`copy (select generate_series(1, 5000)) to stdout`.readable())) {
        lines += String(part).split("\n").length - 1;
      }
      expectSame("lines copied out", lines, 5000);
    });
  },
  async () => {
    await sql.begin(async (tx) => {
      let rows = 0;
      for await (const part of tx`select generate_series(1, ${CURSOR_ROWS}::int)`.cursor(20)) {
        rows += part.length;
        await Bun.sleep(draw());
      }
      expectSame("rows of a cursor", rows, CURSOR_ROWS);
    });
  },
];

let last = 0;
let stopped = false;

async function work(): Promise<void> {
  while (!stopped) {
    last += 100;
    await Promise.allSettled([track(USES[Math.floor(USES.length * draw())]!(last))]);
  }
}

/** Whether a promise is fulfilled before patience ends; what waits keeps no process alive. */
function within(promise: Promise<unknown>): Promise<boolean> {
  const { promise: tooLong, resolve } = Promise.withResolvers<boolean>();
  setTimeout(() => resolve(false), PATIENCE_MS).unref();
  return Promise.race([promise.then(() => true), tooLong]);
}

/** How many connections the pool gives out at once. */
async function width(): Promise<number> {
  const handles = await Promise.all(Array.from({ length: MAX }, () => sql.reserve()));
  const answers = await Promise.all(handles.map((own) => own<{ pid: number }[]>`select pg_backend_pid() as pid`));
  for (const own of handles) own.release();
  return new Set(answers.map(([row]) => row?.pid)).size;
}

/** Rings until it is heard: what is rung while the listening connection is made again is lost. */
async function ring(): Promise<boolean> {
  let hasHeard = false;
  void heard.promise.then(() => {
    hasHeard = true;
  });
  for (let waitedMs = 0; !hasHeard && waitedMs < PATIENCE_MS; waitedMs += 20) {
    await sql.notify("bell", "");
    await Bun.sleep(20);
  }
  return hasHeard;
}

async function report(): Promise<LoadReport> {
  const pids = await width();
  const hasHeard = await ring();
  const [[server], halves, pairs] = await Promise.all([
    sql<{ n: number }[]>`select count(*)::int as n from pg_stat_activity where application_name = 'load'`,
    sql<{ id: number }[]>`select id from halves group by id having count(*) <> 2`,
    sql<{ id: number }[]>`select distinct id from halves`,
  ]);
  const known = new Set(pairs.map(({ id }) => id));
  return {
    issued,
    unsettled: issued - settled,
    failures,
    stray,
    wrong: [...wrong],
    committed: committed.length,
    halves: halves.length,
    lost: committed.filter((id) => !known.has(id)).length,
    width: pids,
    connections: server?.n ?? 0,
    hasHeard,
    hasEnded: await within(sql.end()),
    rssMb,
  };
}

await sql`create table halves (id int, half int, primary key (id, half))`;
await sql.listen("bell", () => heard.resolve());
setInterval(() => rssMb.push(Math.round(process.memoryUsage.rss() / 2 ** 20)), SAMPLE_EVERY_MS).unref();
const workers = Promise.all(Array.from({ length: WORKERS }, work));
process.stdout.write("ready\n");
for await (const _ of Bun.stdin.stream());
stopped = true;
await within(workers);
process.stdout.write(`${JSON.stringify(await report())}\n`);
