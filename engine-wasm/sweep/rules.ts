import { emaLine } from "../../core/indicators/ema.ts";
import { smaLine } from "../../core/indicators/sma.ts";
import { wmaLine } from "../../core/indicators/wma.ts";
import { strategyNamed } from "../../core/strategies/registry.ts";
import type { ParamValue, Strategy } from "../../core/strategies/strategy.ts";
import type { Grid } from "../../core/sweep/grid.ts";
import { CLOSE, type Line, Lines } from "../../core/sweep/lines.ts";
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
const SLAB_BYTES = 2 ** 18;
const ALIGNMENT = 64;
const MACD_BYTES = 88;
const MACD_TOGETHER = 8;
const KINDS = { comparison: 0, crossing: 1, macd: 2 } as const;
const RELATIONS = ["<", "<=", ">", ">="] as const;

/** Two correctly rounded averages err by less than this share of their sum; exponential ones by this over alpha. */
const NEAR_AVERAGES = 1e-14;
const NEAR_BY_ALPHA = 2e-14;
const AVERAGES = { sma: smaLine, ema: emaLine, wma: wmaLine } as const;

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

/**
 * The sets of a batch of trials: each set and each line once, however many trials share it. Sets and lines are laid into shared memory as trials ask for them;
 * `close` writes the rules by which threads fill them.
 */
export class Batch {
  trials = 0;
  /** Bytes of shared memory taken. */
  bytes = 0;
  private readonly records: Int32Array;
  private readonly lines: Lines;
  private readonly lineAt = new Map<string, number>();
  private readonly rules: Int32Array;
  /** The same memory. */
  private readonly ruleDoubles: Float64Array;
  private ruleCount = 0;
  private slab = 0;
  private slabEnd = 0;
  private readonly macdLines: number[] = [];
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
    private readonly closeAt: number,
    most: number,
  ) {
    const { grid, strategy, direction } = task;
    this.strategy = strategyNamed(strategy);
    const { sets } = this.strategy;
    if (sets === undefined) throw new TypeError(`${strategy} does not say its states as sets`);
    this.machine = sets;
    this.lines = new Lines(valid.bars);
    this.setBytes = threads.kernels.setBytes(valid.n);
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

  /** Writes the rules and lines that threads are to fill. */
  close(trialsAt: number, rulesAt: number, linesAt: number): { readonly rules: number; readonly lines: number } {
    const { threads, macdTrials, macdLines } = this;
    threads.integers(trialsAt, this.trials * TRIAL_WORDS).set(this.records.subarray(0, this.trials * TRIAL_WORDS));
    for (let from = 0; from < macdTrials.length; from += MACD_TOGETHER) {
      const together = macdTrials.slice(from, from + MACD_TOGETHER);
      const at = threads.reserve(together.length * MACD_BYTES);
      for (const [k, { line, above, below, fast, slow, signal }] of together.entries()) {
        threads.integers(at + k * MACD_BYTES, 6).set([line, above, below, fast, slow, signal]);
      }
      this.rule(KINDS.macd, [at, together.length]);
    }
    const words = (this.ruleCount * RULE_BYTES) / 4;
    threads.integers(rulesAt, words).set(this.rules.subarray(0, words));
    threads.integers(linesAt, macdLines.length).set(macdLines);
    return { rules: this.ruleCount, lines: macdLines.length / LINE_WORDS };
  }

  private setAt(table: SetTable, row: number): number {
    const choice = choiceOf(table, this.task.grid, row);
    return table.places[choice] || this.lay(table, choice, row);
  }

  /** Reserves a set that is asked for for the first time, and writes its rule. */
  private lay(table: SetTable, choice: number, row: number): number {
    const set = table.rule.rule(this.params);
    const at = this.room(this.setBytes);
    table.places[choice] = at;
    if (set.kind === "comparison") this.compare(at, set);
    else {
      // Above and below are found at once; where only one is wanted the other may be left out.
      const other = this.all.find((candidate) => candidate !== null && candidate !== table) ?? null;
      const wanted = other !== null && this.straight.includes(other);
      const opposite = wanted || set.side === "below" ? this.room(this.setBytes) : 0;
      if (wanted) other.places[choiceOf(other, this.task.grid, row)] = opposite;
      const [above, below] = set.side === "above" ? [at, opposite] : [opposite, at];
      if (set.kind === "crossing") this.cross(above, below, set);
      else this.macd(above, below, set);
    }
    return at;
  }

  private compare(at: number, set: Extract<BarSet, { kind: "comparison" }>): void {
    const { left, relation, right } = set;
    const level = right.kind === "constant" ? 0 : this.column(right.kind === "line" ? right.line : right.base);
    const lag = right.kind === "line" ? right.lag : 0;
    const spread = right.kind === "band" ? this.column(right.deviation) : 0;
    const words = [at, firstBarOf(set), RELATIONS.indexOf(relation), this.column(left), level, lag, spread];
    this.rule(KINDS.comparison, words, [right.kind === "band" ? right.factor : 0, right.kind === "constant" ? right.value : 0]);
  }

  private cross(above: number, below: number, { average, fast, slow }: Extract<BarSet, { kind: "crossing" }>): void {
    const line = (period: number): Line => ({
      key: `${average} ${period}`,
      first: period - 1,
      compute: ({ close }) => AVERAGES[average](close, period),
    });
    const near = average === "ema" ? (NEAR_BY_ALPHA * (slow + 1)) / 2 : NEAR_AVERAGES;
    this.rule(KINDS.crossing, [above, below, 0, this.column(line(fast)), this.column(line(slow)), fast, slow], [near]);
  }

  private macd(above: number, below: number, { fast, slow, signal }: Extract<BarSet, { kind: "macd" }>): void {
    const key = `macd ${fast} ${slow}`;
    let line = this.lineAt.get(key);
    if (line === undefined) {
      line = this.room(this.valid.n * 8);
      this.lineAt.set(key, line);
      this.macdLines.push(line, fast, slow);
    }
    this.macdTrials.push({ line, above, below, fast, slow, signal });
  }

  /** Where a line lies; laid there when it is first asked for. */
  private column(line: Line): number {
    if (line.key === CLOSE.key) return this.closeAt;
    const known = this.lineAt.get(line.key);
    if (known !== undefined) return known;
    const values = this.lines.column(line);
    const at = this.room(values.length * 8);
    this.threads.doubles(at, values.length).set(values);
    this.lineAt.set(line.key, at);
    return at;
  }

  private rule(kind: number, words: readonly number[], doubles: readonly number[] = []): void {
    const at = (this.ruleCount++ * RULE_BYTES) / 4;
    this.rules[at] = kind;
    for (let k = 0; k < words.length; k++) this.rules[at + 1 + k] = words[k]!;
    for (let k = 0; k < doubles.length; k++) this.ruleDoubles[at / 2 + 4 + k] = doubles[k]!;
  }

  /** Room in shared memory, taken a slab at a time. */
  private room(bytes: number): number {
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    this.bytes += size;
    if (this.slab + size > this.slabEnd) {
      const slab = Math.max(SLAB_BYTES, size);
      this.slab = this.threads.reserve(slab);
      this.slabEnd = this.slab + slab;
    }
    const at = this.slab;
    this.slab += size;
    return at;
  }
}
