import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { child } from "./measure.ts";
import type { Row, SweepSpec } from "./spec.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** A function of a kernel carries its source file in its name. */
const KERNEL_FRAME = /^\.wasm-function\[([^~<\]][^<\]]*)\/([^/<\]]+)/;

/** Samples by function of the project; what the runtime's own functions took counts for the function that called them. */
export interface CpuProfile {
  readonly samples: number;
  readonly functions: readonly FunctionShare[];
}

export interface FunctionShare {
  readonly name: string;
  /** From the project's root, without the ending of kernels. */
  readonly file: string;
  readonly samples: number;
}

interface RawProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
}

/** Sweeps again and again for so long, under `bun --cpu-prof`; samples outside of sweeps are left out. */
export function profiled(spec: SweepSpec, row: Row, ms: number): CpuProfile {
  const folder = mkdtempSync(join(tmpdir(), "backgrid-profile-"));
  try {
    child<null>({ act: "profile", spec, row, ms }, ["--cpu-prof", `--cpu-prof-dir=${folder}`]);
    const file = readdirSync(folder).find((name) => name.endsWith(".cpuprofile"));
    if (file === undefined) throw new Error("the profiler wrote nothing");
    return byFunction(JSON.parse(readFileSync(join(folder, file), "utf8")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function byFunction({ nodes, samples }: RawProfile): CpuProfile {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((kid) => [kid, id] as const)));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const found = new Map<string, { name: string; file: string; samples: number }>();
  for (const sample of samples) {
    for (let at: number | undefined = sample; at !== undefined; at = parents.get(at)) {
      const place = placeOf(frames.get(at)!);
      if (place === null) continue;
      if (place.file.startsWith("bench/")) break;
      const key = `${place.file} ${place.name}`;
      const share = found.get(key) ?? { ...place, samples: 0 };
      share.samples++;
      found.set(key, share);
      break;
    }
  }
  const functions = [...found.values()].sort((a, b) => b.samples - a.samples);
  return { samples: functions.reduce((sum, each) => sum + each.samples, 0), functions };
}

/** Null for functions of the runtime and of packages. */
function placeOf({ functionName, url }: { readonly functionName: string; readonly url: string }) {
  const kernel = KERNEL_FRAME.exec(functionName);
  if (kernel !== null) return { name: kernel[2]!, file: kernel[1]! };
  const at = url.indexOf(ROOT);
  if (at < 0 || url.includes("node_modules")) return null;
  return { name: functionName || "(anonymous)", file: url.slice(at + ROOT.length) };
}

/** Share of the samples in functions that match, each as "file name". */
export function shareOf({ samples, functions }: CpuProfile, match: RegExp): number {
  return functions.reduce((sum, { file, name, samples: own }) => sum + (match.test(`${file} ${name}`) ? own : 0), 0) / samples;
}

/** The functions with the most samples, as rows: share, function, file. */
export function topRows({ samples, functions }: CpuProfile, rows: number): string[][] {
  return functions.slice(0, rows).map(({ name, file, samples: own }) => [percent(own / samples), name, file]);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
