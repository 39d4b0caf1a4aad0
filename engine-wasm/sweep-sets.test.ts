import { beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import type { Bars } from "../core/bars.ts";
import { SIGNAL_EXIT, SIGNAL_NONE } from "../core/engine/abi.ts";
import { emaLine } from "../core/indicators/ema.ts";
import { generatedBars, someBars } from "../core/indicators/generated-bars.ts";
import { smaLine } from "../core/indicators/sma.ts";
import { wmaLine } from "../core/indicators/wma.ts";
import { uniforms } from "../core/random.ts";
import { DIRECTIONS, signalsOf } from "../core/strategies/signals.ts";
import { type Line, Lines } from "../core/sweep/lines.ts";
import { type BarBits, bitsOf, machineStates } from "../core/sweep/machine.ts";
import { type BarSet, firstBarOf, type Level, ROLES, type Role, rolesUnder } from "../core/sweep/sets.ts";

const FILES = ["bits", "machine", "macd", "exact", "memory"];
const OPTIONS = [
  ...["-O1", "--noAssert", "--runtime", "stub", "--enable", "simd", "--enable", "threads"],
  ...["--sharedMemory", "--importMemory", "--maximumMemory", "65536", "--initialMemory", "1"],
];
const RELATIONS = ["<", "<=", ">", ">="] as const;
const SIDES = { long: 1, short: -1, both: 0 };
const GARBAGE = 0xa5;

let memory: WebAssembly.Memory;
let base = 0;
let call: (name: string, ...values: number[]) => number;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "sweep-sets-"));
  const out = join(folder, "sets.wasm");
  const files = FILES.map((name) => fileURLToPath(new URL(`assembly/sweep/${name}.ts`, import.meta.url)));
  const { error, stderr } = await asc.main([...files, "--outFile", out, ...OPTIONS]);
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(out)), { env: { memory } });
  rmSync(folder, { recursive: true });
  call = (name, ...values) => {
    const run = exports[name];
    if (typeof run !== "function") throw new Error(`no function ${name}`);
    return run(...values);
  };
  call("found");
  base = call("level");
}, 60_000);

/** Room for bytes, full of garbage. */
function room(bytes: number): number {
  const at = call("reserve", bytes);
  new Uint8Array(memory.buffer, at, bytes).fill(GARBAGE);
  return at;
}

function place(column: Float64Array): number {
  const at = room(column.length * 8);
  new Float64Array(memory.buffer, at, column.length).set(column);
  return at;
}

function placeWords(words: BarBits | undefined): number {
  if (words === undefined) return 0;
  const at = room(words.length * 4);
  new Uint32Array(memory.buffer, at, words.length).set(words);
  return at;
}

/** A piece of memory for a set with a word behind it that must stay as it is. */
const setRoom = (n: number) => room(call("setBytes", n) + 8);

/** Whether the word at an address is still garbage. */
const untouched = (at: number) => new Uint8Array(memory.buffer, at, 8).every((byte) => byte === GARBAGE);

function expectSet(at: number, n: number, want: BarBits): void {
  expect(call("setBytes", n)).toBe(want.length * 4);
  expect(Array.from(new Uint32Array(memory.buffer, at, want.length))).toEqual(Array.from(want));
  expect(untouched(at + want.length * 4)).toBe(true);
}

/** Few levels, so that equal values abound; some of them missing. */
function column(n: number, next: () => number): Float64Array {
  return Float64Array.from({ length: n }, () => (next() < 0.05 ? Number.NaN : Math.floor(next() * 6) / 10));
}

const BAR_COUNTS = [0, 1, 2, 63, 64, 65, 127, 128, 129, 200, 333];

describe("sets of bars", () => {
  test("by comparison hold the bars that the rule names, for every relation and level, and nothing beyond", () => {
    const next = uniforms(3);
    for (let k = 0; k < 900; k++) {
      call("rewind", base);
      const n = BAR_COUNTS[k % BAR_COUNTS.length]!;
      const first = Math.floor(next() * (next() < 0.5 ? 3 : n + 3));
      const lines = ["x", "y", "z"].map((key): Line => {
        const values = column(n, next);
        return { key, first: key === "x" ? first : 0, compute: () => values };
      });
      const [x, y, z] = [lines[0]!, lines[1]!, lines[2]!];
      const lag = next() < 0.5 ? 0 : Math.floor(next() * 90);
      const levels: Level[] = [
        { kind: "constant", value: Math.floor(next() * 6) / 10 },
        { kind: "line", line: y, lag },
        { kind: "band", base: y, factor: (next() - 0.5) * 3, deviation: z },
      ];
      const bars = { ...someBars(1, n) };
      for (const right of levels) {
        const relation = RELATIONS[k % 4]!;
        const set: BarSet = { kind: "comparison", left: x, relation, right };
        const shared = new Lines(bars);
        const out = setRoom(n);
        const spread = right.kind === "band" ? place(shared.column(z)) : 0;
        const level = right.kind === "constant" ? 0 : place(shared.column(y));
        const lagged = right.kind === "line" ? lag : 0;
        const factor = right.kind === "band" ? right.factor : 0;
        const constant = right.kind === "constant" ? right.value : 0;
        const left = place(shared.column(x));
        const from = firstBarOf(set);
        call("comparisonBits", out, n, from, RELATIONS.indexOf(relation), left, level, lagged, spread, factor, constant);
        expectSet(out, n, bitsOf(set, shared));
      }
    }
  });

  const AVERAGES = [
    ["sma", smaLine, 1e-14],
    ["ema", emaLine, 1e-11],
    ["wma", wmaLine, 1e-11],
  ] as const;

  test.each(AVERAGES)("of crossing averages are those of the exact comparison, ties included: %s", (average, line, near) => {
    const next = uniforms(5);
    let ties = 0;
    for (let k = 0; k < 60; k++) {
      call("rewind", base);
      const bars = tiedBars(k, BAR_COUNTS[k % BAR_COUNTS.length]! + (k % 3) * 60);
      const n = bars.close.length;
      const close = place(bars.close);
      const runs = room(n * 4);
      const peaks = room(Math.ceil(n / 64) * 8);
      call("runningPeaks", peaks, close, n);
      call("countRuns", close, n, runs);
      call(
        "bindAverages",
        AVERAGES.findIndex(([name]) => name === average),
        close,
        runs,
      );
      const fast = 1 + Math.floor(next() * 12);
      const slow = fast + 1 + Math.floor(next() * 20);
      const lines = new Lines(bars);
      const above = setRoom(n);
      const below = k % 4 === 0 ? 0 : setRoom(n);
      const [fastLine, slowLine] = [place(line(bars.close, fast)), place(line(bars.close, slow))];
      call("crossBits", above, below, n, slow - 1, fastLine, slowLine, near, fast, slow, peaks);
      const want = (side: "above" | "below") => bitsOf({ kind: "crossing", average, fast, slow, side }, lines);
      expectSet(above, n, want("above"));
      if (below !== 0) expectSet(below, n, want("below"));
      ties += n - Math.min(slow - 1, n) - ones(want("above")) - ones(want("below"));
    }
    expect(ties).toBeGreaterThan(10);
  });

  test("of MACD are those of the exact comparison, for trials that share lines and for those that do not", () => {
    const next = uniforms(6);
    const seen = { bars: 0, ties: 0 };
    for (let k = 0; k < 45; k++) {
      call("rewind", base);
      const bars = tiedBars(k, k % 3 === 0 ? 700 + k : BAR_COUNTS[k % BAR_COUNTS.length]!);
      const n = bars.close.length;
      const close = place(bars.close);
      const peaks = room(Math.ceil(n / 64) * 8);
      call("runningPeaks", peaks, close, n);
      const window = (most: number) => 1 + Math.floor(next() * (next() < 0.1 ? 400 : most));
      const pairs = Array.from({ length: 1 + (k % 6) }, () => {
        const fast = window(12);
        return { fast, slow: fast + Math.floor(next() * 20), at: room(n * 8) };
      });
      const lines = room(pairs.length * 12);
      pairs.forEach(({ fast, slow, at }, i) => {
        new Int32Array(memory.buffer, lines + i * 12, 3).set([at, fast, slow]);
      });
      call("macdLines", lines, pairs.length, close, n);
      const trials = Array.from({ length: 1 + (k % 11) }, (_, i) => {
        const { fast, slow, at } = pairs[i % pairs.length]!;
        return { fast, slow, at, signal: window(12), above: setRoom(n), below: i % 4 === 3 ? 0 : setRoom(n) };
      });
      const records = room(trials.length * 88);
      trials.forEach(({ at, above, below, fast, slow, signal }, i) => {
        new Int32Array(memory.buffer, records + i * 88, 6).set([at, above, below, fast, slow, signal]);
      });
      call("macdBits", records, trials.length, close, n, peaks);
      for (const { fast, slow, signal, above, below } of trials) {
        const want = (side: "above" | "below") => bitsOf({ kind: "macd", fast, slow, signal, side }, new Lines(bars));
        expectSet(above, n, want("above"));
        if (below !== 0) expectSet(below, n, want("below"));
        const decided = Math.max(n - (slow + signal - 2), 0);
        seen.bars += decided;
        seen.ties += decided - ones(want("above")) - ones(want("below"));
      }
    }
    expect(seen.bars).toBeGreaterThan(20_000);
    expect(seen.ties).toBeGreaterThan(500);
  });
});

describe("the machine", () => {
  /** Any sets, thin or dense; where sides are not entangled, entering one leaves the other. */
  function randomSets(n: number, entangled: boolean, next: () => number): Partial<Record<Role, BarBits>> {
    const dense = next() ** 3;
    const empty = () => new Uint32Array(2 * Math.ceil(n / 64));
    const sets = { enterLong: empty(), leaveLong: empty(), enterShort: empty(), leaveShort: empty() };
    for (let i = 0; i < n; i++) {
      const put = (role: Role) => {
        sets[role][i >>> 5]! |= 1 << (i & 31);
      };
      if (next() > dense) continue;
      const side = Math.floor(next() * 4);
      if (side < 2) put(side === 0 ? "enterLong" : "enterShort");
      if ((side === 0 && !entangled) || next() < 0.4) put("leaveShort");
      if ((side === 1 && !entangled) || next() < 0.4) put("leaveLong");
    }
    const { enterLong, enterShort, leaveLong, leaveShort } = sets;
    const kind = next();
    if (kind < 0.2) return { enterLong, enterShort };
    if (kind < 0.3) return { enterLong };
    if (kind < 0.4) return { enterShort, leaveShort };
    if (kind < 0.5) return { enterLong, leaveLong };
    if (kind < 0.6) return { enterLong, leaveLong, enterShort };
    return sets;
  }

  test.each([false, true])(
    "reports each change of the state once, in order, under every direction; entangled: %p",
    (entangled) => {
      const next = uniforms(entangled ? 7 : 8);
      let changes = 0;
      for (let k = 0; k < 800; k++) {
        call("rewind", base);
        const n = BAR_COUNTS[k % BAR_COUNTS.length]!;
        const from = next() < 0.4 ? 0 : Math.floor(next() * (n + 1));
        const sets = randomSets(n, entangled, next);
        for (const direction of DIRECTIONS) {
          const wanted: number[] = [];
          signalsOf(machineStates(sets, n, from), direction).forEach((signal, i) => {
            if (signal !== SIGNAL_NONE) wanted.push((from + i) * 4 + (signal === SIGNAL_EXIT ? 1 : signal + 1));
          });
          const out = room((n - from) * 4 + 8);
          const roles = next() < 0.5 ? ROLES : rolesUnder(direction, entangled);
          const at = ROLES.map((role) => (roles.includes(role) ? placeWords(sets[role]) : 0));
          const count = call("changes", out, ...at, n, from, SIDES[direction], Number(entangled));
          expect(Array.from(new Int32Array(memory.buffer, out, count))).toEqual(wanted);
          expect(untouched(out + (n - from) * 4)).toBe(true);
          changes += count;
        }
      }
      expect(changes).toBeGreaterThan(10_000);
    },
  );
});

/** A walk, few cents, or stretches of one price after a walk. */
function tiedBars(seed: number, n: number): Bars {
  if (seed % 3 === 0) return someBars(seed, n);
  const bars = generatedBars({ seed, n, startCents: 500, gap: 0, body: 1, wick: 1, volumeMax: 10, minCents: 496 });
  if (seed % 3 === 1) for (let i = 1; i < n; i++) if (i % 150 < 110) bars.close[i] = bars.close[i - 1]!;
  return bars;
}

function ones(bits: BarBits): number {
  let count = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) count++;
  return count;
}
