import { z } from "zod";
import type { PackedTrials } from "../../core/jobs/job.ts";
import type { Axis } from "../../core/sweep/grid.ts";
import { TRIAL_COLUMNS, type TrialColumn, type TrialTable } from "../../core/sweep/table.ts";
import { bytesOf, doublesOf } from "./doubles.ts";

const VERSION = 2;
/** Its figures are not packed. */
const FIRST_VERSION = 1;
const ZSTD = { level: 1 } as const;

/*
 * Trials as bytes. Figures are the columns in the order of TRIAL_COLUMNS, one after the other: doubles in the byte order of this machine,
 * little-endian wherever Bun runs. Choices are whole numbers of 1, 2 or 4 bytes, whatever the longest axis needs, one axis after the other.
 * Both are packed by zstd: choices repeat, and neighbours on a grid often trade alike.
 */

const storedAxes = z.array(z.object({ name: z.string(), values: z.array(z.union([z.number(), z.string()])) }));

export function encodeTrials({ grid, columns }: TrialTable): PackedTrials {
  const { trials: count, skipped } = grid;
  const figures = new Float64Array(TRIAL_COLUMNS.length * count);
  for (const [k, name] of TRIAL_COLUMNS.entries()) figures.set(columns[name], k * count);
  const packed = {
    version: VERSION,
    count,
    skipped,
    axes: JSON.stringify(grid.axes),
    choices: Bun.zstdCompressSync(bytesOf(byAxis(grid.choices, grid.axes)), ZSTD),
    figures: Bun.zstdCompressSync(bytesOf(figures), ZSTD),
  };
  return { ...packed, checksum: checksum(packed) };
}

/** @throws when version or checksum do not hold */
export function decodeTrials(packed: PackedTrials): TrialTable {
  const { version, count, skipped } = packed;
  if (version !== VERSION && version !== FIRST_VERSION)
    throw new Error(`stored trials have version ${version}; this program reads versions up to ${VERSION}`);
  if (checksum(packed) !== packed.checksum) throw new Error("stored trials do not match their checksum");
  const axes = storedAxes.parse(JSON.parse(packed.axes));
  const choices = byTrial(Bun.zstdDecompressSync(packed.choices), axes);
  const figures = doublesOf(version === FIRST_VERSION ? packed.figures : Bun.zstdDecompressSync(packed.figures));
  if (choices.length !== count * axes.length || figures.length !== count * TRIAL_COLUMNS.length)
    throw new Error(`${count} stored trials have ${choices.length} choices and ${figures.length} figures`);
  const column = (name: TrialColumn) => {
    const k = TRIAL_COLUMNS.indexOf(name);
    return figures.subarray(k * count, (k + 1) * count);
  };
  const columns = {
    total_return: column("total_return"),
    cagr: column("cagr"),
    sharpe: column("sharpe"),
    sortino: column("sortino"),
    volatility_ann: column("volatility_ann"),
    max_drawdown: column("max_drawdown"),
    calmar: column("calmar"),
    trades: column("trades"),
    win_rate: column("win_rate"),
    profit_factor: column("profit_factor"),
    exposure: column("exposure"),
  };
  return { grid: { axes, trials: count, skipped, choices }, columns };
}

function checksum({ version, count, skipped, axes, choices, figures }: Omit<PackedTrials, "checksum">): string {
  let hash = Bun.hash.xxHash64(Float64Array.of(version, count, skipped));
  for (const part of [axes, choices, figures]) hash = Bun.hash.xxHash64(part, hash);
  return hash.toString(16).padStart(16, "0");
}

/** The column that holds positions on these axes. */
function widthOf(axes: readonly Axis[]) {
  const longest = Math.max(0, ...axes.map(({ values }) => values.length));
  return longest <= 2 ** 8 ? Uint8Array : longest <= 2 ** 16 ? Uint16Array : Uint32Array;
}

function byAxis(choices: Int32Array, axes: readonly Axis[]): Uint8Array | Uint16Array | Uint32Array {
  const Width = widthOf(axes);
  const turned = new Width(choices.length);
  const count = choices.length / Math.max(1, axes.length);
  for (let k = 0; k < axes.length; k++) {
    for (let trial = 0; trial < count; trial++) turned[k * count + trial] = choices[trial * axes.length + k]!;
  }
  return turned;
}

function byTrial(bytes: Uint8Array, axes: readonly Axis[]): Int32Array {
  const Width = widthOf(axes);
  const turned = new Width(bytes.slice().buffer, 0, Math.floor(bytes.byteLength / Width.BYTES_PER_ELEMENT));
  const choices = new Int32Array(turned.length);
  const count = turned.length / Math.max(1, axes.length);
  for (let k = 0; k < axes.length; k++) {
    for (let trial = 0; trial < count; trial++) choices[trial * axes.length + k] = turned[k * count + trial]!;
  }
  return choices;
}
