import type { Bars } from "../../core/bars.ts";
import { strategyNamed } from "../../core/strategies/registry.ts";
import type { ParamValue, Strategy } from "../../core/strategies/strategy.ts";
import type { Grid } from "../../core/sweep/grid.ts";
import { CLOSE, type Line } from "../../core/sweep/lines.ts";
import { type BarSet, firstBarOf, type MachineSets, ROLES, type Role, rolesUnder, type SetRule } from "../../core/sweep/sets.ts";
import type { SweepTask } from "../../core/sweep/sweeper.ts";
import type { ValidBars } from "./ground.ts";
import type { SweepThreads } from "./threads.ts";

/** Sizes and codes of assembly/sweep/told.ts, bits.ts and macd-exact.ts. */
export const TRIAL_WORDS = 6;
export const RULE_BYTES = 64;
export const LINE_WORDS = 3;
/** Each trial has at most four sets of its own. */
export const RULES_A_TRIAL = 4;
const ALIGNMENT = 64;
const MACD_BYTES = 88;
const MACD_TOGETHER = 8;
const KINDS = { comparison: 0, crossing: 1, macd: 2 } as const;
const RELATIONS = ["<", "<=", ">", ">="] as const;

/** Numbers of assembly/sweep/exact.ts. */
const AVERAGES = { sma: 0, ema: 1, wma: 2 } as const;
/** Two averages as assembly/sweep/average-line.ts makes them err by less than this share of the highest close; exponential ones by this over alpha. */
const NEAR_AVERAGES = 5e-12;
const NEAR_BY_ALPHA = 2e-14;

interface MacdTrial {
  readonly line: number;
  readonly above: number;
  readonly below: number;
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
}

/** For each choice of the parameters that a role's set depends on where that set lies; 0 where nobody has asked for it. */
interface SetTable {
  readonly role: Role;
  readonly rule: SetRule;
  readonly axes: readonly number[];
  readonly places: Uint32Array;
}

function setTable(role: Role, rule: SetRule, { axes }: Grid): SetTable {
  const by = rule.by.map((name) => axes.findIndex((axis) => axis.name === name));
  return { role, rule, axes: by, places: new Uint32Array(by.reduce((product, axis) => product * axes[axis]!.values.length, 1)) };
}

function choiceOf({ axes: by }: SetTable, { axes, choices }: Grid, row: number): number {
  let choice = 0;
  for (const axis of by) choice = choice * axes[axis]!.values.length + choices[row + axis]!;
  return choice;
}

/** Lines in shared memory that outlive a batch, each once. Those that threads are to fill are listed until they are taken. */
export class LaidLines {
  /** Bytes of shared memory taken. */
  bytes = 0;
  macd: number[] = [];
  averages: number[] = [];
  private readonly at = new Map<string, number>();

  constructor(
    private readonly threads: SweepThreads,
    private readonly bars: Bars,
    private readonly closeAt: number,
  ) {}

  /** Where a line lies; computed and laid there when it is first asked for. */
  column(line: Line): number {
    if (line.key === CLOSE.key) return this.closeAt;
    const known = this.at.get(line.key);
    if (known !== undefined) return known;
    const values = line.compute(this.bars);
    const at = this.room(line.key);
    this.threads.doubles(at, values.length).set(values);
    return at;
  }

  average(kind: keyof typeof AVERAGES, window: number): number {
    const key = `${kind} of ${window}`;
    const known = this.at.get(key);
    if (known !== undefined) return known;
    const at = this.room(key);
    this.averages.push(at, AVERAGES[kind], window);
    return at;
  }

  macdLine(fast: number, slow: number): number {
    const key = `macd ${fast} ${slow}`;
    const known = this.at.get(key);
    if (known !== undefined) return known;
    const at = this.room(key);
    this.macd.push(at, fast, slow);
    return at;
  }

  private room(key: string): number {
    const bytes = this.bars.close.length * 8;
    const at = this.threads.reserve(bytes);
    this.bytes += bytes;
    this.at.set(key, at);
    return at;
  }
}

/**
 * The sets of a batch of trials: each set once, however many trials share it. Sets are numbered from 1 as trials ask for them; `close` lays them into shared
 * memory and writes the rules by which threads fill them.
 */
export class Batch {
  trials = 0;
  private sets = 0;
  private readonly records: Int32Array;
  private readonly rules: Int32Array;
  /** The same memory. */
  private readonly ruleDoubles: Float64Array;
  private ruleCount = 0;
  private readonly macdTrials: MacdTrial[] = [];
  private readonly setBytes: number;
  private readonly params: Record<string, ParamValue> = {};
  private readonly strategy: Strategy;
  private readonly machine: MachineSets;
  private readonly straight: readonly (SetTable | null)[];
  private readonly all: readonly (SetTable | null)[];

  constructor(
    private readonly threads: SweepThreads,
    private readonly task: SweepTask,
    private readonly valid: ValidBars,
    private readonly lines: LaidLines,
    most: number,
  ) {
    const { grid, strategy, direction } = task;
    this.strategy = strategyNamed(strategy);
    const { sets } = this.strategy;
    if (sets === undefined) throw new TypeError(`${strategy} does not say its states as sets`);
    this.machine = sets;
    this.setBytes = Math.ceil(threads.kernels.setBytes(valid.n) / ALIGNMENT) * ALIGNMENT;
    this.records = new Int32Array(most * TRIAL_WORDS);
    this.rules = new Int32Array((most * RULES_A_TRIAL * RULE_BYTES) / 4);
    this.ruleDoubles = new Float64Array(this.rules.buffer);
    const tables = ROLES.map((role) => (sets[role] === undefined ? null : setTable(role, sets[role], grid)));
    const under = (entangled: boolean) => {
      const roles = rolesUnder(direction, entangled);
      return tables.map((table) => (table !== null && roles.includes(table.role) ? table : null));
    };
    this.straight = under(false);
    this.all = under(true);
  }

  /** Adds a trial of the grid. */
  add(trial: number): void {
    const { params, records, valid, trials, machine } = this;
    const { axes, choices } = this.task.grid;
    const row = trial * axes.length;
    for (let k = 0; k < axes.length; k++) params[axes[k]!.name] = axes[k]!.values[choices[row + k]!]!;
    const entangled = machine.entangled?.(params) ?? false;
    const tables = entangled ? this.all : this.straight;
    const at = trials * TRIAL_WORDS;
    for (let k = 0; k < ROLES.length; k++) {
      const table = tables[k]!;
      records[at + k] = table === null ? 0 : this.setAt(table, row);
    }
    records[at + 4] = Math.min(valid.n, Math.max(valid.first, this.strategy.barsNeeded(params) - 1));
    records[at + 5] = Number(entangled);
    this.trials++;
  }

  /** Bytes that the sets take. */
  get bytes(): number {
    return this.sets * this.setBytes;
  }

  /** Lays the sets, and writes what threads are to fill: how many rules, lines of MACD and averages there are. */
  close(trialsAt: number, rulesAt: number, linesAt: number) {
    const { threads, macdTrials, lines, records, rules } = this;
    const base = threads.reserve(this.bytes) - this.setBytes;
    const place = (words: Int32Array, at: number) => {
      if (words[at] !== 0) words[at] = base + words[at]! * this.setBytes;
    };
    for (let k = 0; k < this.trials; k++) for (let role = 0; role < ROLES.length; role++) place(records, k * TRIAL_WORDS + role);
    threads.integers(trialsAt, this.trials * TRIAL_WORDS).set(records.subarray(0, this.trials * TRIAL_WORDS));
    for (let from = 0; from < macdTrials.length; from += MACD_TOGETHER) {
      const together = macdTrials.slice(from, from + MACD_TOGETHER);
      const at = threads.reserve(together.length * MACD_BYTES);
      for (const [k, { line, above, below, fast, slow, signal }] of together.entries()) {
        const record = threads.integers(at + k * MACD_BYTES, 6);
        record.set([line, above, below, fast, slow, signal]);
        place(record, 1);
        place(record, 2);
      }
      this.rule(KINDS.macd, [at, together.length]);
    }
    const wordsARule = RULE_BYTES / 4;
    for (let at = 0; at < this.ruleCount * wordsARule; at += wordsARule) {
      if (rules[at] === KINDS.macd) continue;
      place(rules, at + 1);
      if (rules[at] === KINDS.crossing) place(rules, at + 2);
    }
    threads.integers(rulesAt, this.ruleCount * wordsARule).set(rules.subarray(0, this.ruleCount * wordsARule));
    const { macd, averages } = lines;
    threads.integers(linesAt, macd.length + averages.length).set([...macd, ...averages]);
    lines.macd = [];
    lines.averages = [];
    return { rules: this.ruleCount, macdLines: macd.length / LINE_WORDS, averages: averages.length / LINE_WORDS };
  }

  private setAt(table: SetTable, row: number): number {
    const choice = choiceOf(table, this.task.grid, row);
    return table.places[choice] || this.lay(table, choice, row);
  }

  /** Numbers a set that is asked for for the first time, and writes its rule. */
  private lay(table: SetTable, choice: number, row: number): number {
    const set = table.rule.rule(this.params);
    const at = ++this.sets;
    table.places[choice] = at;
    if (set.kind === "comparison") this.compare(at, set);
    else {
      // Above and below are found at once; where only one is wanted the other may be left out.
      const other = this.all.find((candidate) => candidate !== null && candidate !== table) ?? null;
      const wanted = other !== null && this.straight.includes(other);
      const opposite = wanted || set.side === "below" ? ++this.sets : 0;
      if (wanted) other.places[choiceOf(other, this.task.grid, row)] = opposite;
      const [above, below] = set.side === "above" ? [at, opposite] : [opposite, at];
      if (set.kind === "crossing") this.cross(above, below, set);
      else this.macd(above, below, set);
    }
    return at;
  }

  private compare(at: number, set: Extract<BarSet, { kind: "comparison" }>): void {
    const { left, relation, right } = set;
    const level = right.kind === "constant" ? 0 : this.lines.column(right.kind === "line" ? right.line : right.base);
    const lag = right.kind === "line" ? right.lag : 0;
    const spread = right.kind === "band" ? this.lines.column(right.deviation) : 0;
    const words = [at, firstBarOf(set), RELATIONS.indexOf(relation), this.lines.column(left), level, lag, spread];
    this.rule(KINDS.comparison, words, [right.kind === "band" ? right.factor : 0, right.kind === "constant" ? right.value : 0]);
  }

  private cross(above: number, below: number, { average, fast, slow }: Extract<BarSet, { kind: "crossing" }>): void {
    const near = average === "ema" ? (NEAR_BY_ALPHA * (slow + 1)) / 2 : NEAR_AVERAGES;
    this.rule(
      KINDS.crossing,
      [above, below, 0, this.lines.average(average, fast), this.lines.average(average, slow), fast, slow],
      [near],
    );
  }

  private macd(above: number, below: number, { fast, slow, signal }: Extract<BarSet, { kind: "macd" }>): void {
    this.macdTrials.push({ line: this.lines.macdLine(fast, slow), above, below, fast, slow, signal });
  }

  private rule(kind: number, words: readonly number[], doubles: readonly number[] = []): void {
    const at = (this.ruleCount++ * RULE_BYTES) / 4;
    this.rules[at] = kind;
    for (let k = 0; k < words.length; k++) this.rules[at + 1 + k] = words[k]!;
    for (let k = 0; k < doubles.length; k++) this.ruleDoubles[at / 2 + 4 + k] = doubles[k]!;
  }
}
