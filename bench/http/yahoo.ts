import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { yahooProvider } from "../../data/yahoo.ts";
import { startStandIn } from "../../data/yahoo-stand-in.ts";
import { median, ms } from "../receipt.ts";
import { type Effort, report, whole } from "./report.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PACKAGE = "yahoo-finance2";
const CHARTS = 30;
const names = z.record(z.string(), z.string());
/** Packages stand as `"name": ["name@1.2.3", "", { "dependencies": { … } }, "sha512-…"]`. */
const lockSchema = z.object({
  workspaces: z.object({ "": z.object({ dependencies: names, devDependencies: names }) }),
  packages: z.record(
    z.string(),
    z.tuple([z.string(), z.string(), z.object({ dependencies: names.default({}) })]).rest(z.string()),
  ),
});
type Packages = z.infer<typeof lockSchema>["packages"];

/** What the client library for Yahoo costs: packages, disk, time to load, and time for a chart. */
export async function benchYahoo(effort: Effort): Promise<void> {
  const rounds = effort.quick ? 3 : 15;
  const starts = startsOf(rounds);
  const { packages, own, mb } = installed();
  const charts = await chartTimes();
  const rows = [
    ["packages installed for it, itself included", whole(packages)],
    ["of these, needed by nothing else here", whole(own)],
    ["MB on disk of the latter", ms(mb)],
    ...starts.map(({ what, medianMs, mib }) => [`ms to start bun, MiB then: ${what}`, `${ms(medianMs)}, ${ms(mib)}`]),
    ["ms for the first chart of a process, import included", ms(charts.firstMs)],
    ["ms for one chart after that", ms(charts.medianMs)],
    ["ms for the same address by fetch and JSON.parse", ms(charts.fetchMs)],
  ];
  report(
    effort,
    "DL-014",
    "yahoo",
    "yahoo",
    { packages, own, mb, starts, charts },
    {
      title: `What ${PACKAGE} costs`,
      notes: [
        `Chart: ${charts.bars.toLocaleString("en")} daily bars from the stand-in for Yahoo in the same process, to columns, median of ${CHARTS}.`,
        `Process starts: median of ${rounds}, in turn.`,
      ],
      columns: ["figure", "value"],
      rows,
    },
  );
}

const IMPORTS = {
  "nothing imported": "0",
  "the parts that are used": `await Promise.all([import("${PACKAGE}/createYahooFinance"), import("${PACKAGE}/modules/chart")])`,
  "the whole library": `await import("${PACKAGE}")`,
} as const;

function startsOf(rounds: number) {
  const runs = Object.entries(IMPORTS).map(([what, code]) => ({ what, code, spentMs: [] as number[], mib: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { code, spentMs, mib } of runs) {
      const start = performance.now();
      const args = [process.execPath, "-e", `${code}; console.log(process.memoryUsage.rss() / 2 ** 20)`];
      const { stdout, exitCode } = Bun.spawnSync(args, { cwd: ROOT });
      if (exitCode !== 0) throw new Error(`this does not run: ${code}`);
      spentMs.push(performance.now() - start);
      mib.push(Number(stdout.toString()));
    }
  }
  return runs.map(({ what, spentMs, mib }) => ({ what, medianMs: median(spentMs), mib: median(mib) }));
}

/** Packages below the library in bun.lock, those that nothing else needs, and their size. */
function installed(): { readonly packages: number; readonly own: number; readonly mb: number } {
  const lock = lockSchema.parse(Bun.JSONC.parse(readFileSync(`${ROOT}bun.lock`, "utf8")));
  const root = lock.workspaces[""];
  const direct = Object.keys({ ...root.dependencies, ...root.devDependencies });
  const below = closure([PACKAGE], lock.packages);
  const others = closure(
    direct.filter((name) => name !== PACKAGE),
    lock.packages,
  );
  const own = [...below].filter((path) => !others.has(path));
  const bytes = own.reduce((sum, path) => sum + sizeOf(folderOf(path)), 0);
  return { packages: below.size, own: own.length, mb: bytes / 1e6 };
}

/** Places in the lock file that are reached from these; a dependency lies below the package that asks for it, or further up. */
function closure(names: readonly string[], packages: Packages): Set<string> {
  const seen = new Set<string>();
  const line = names.map((name) => ({ from: "", name }));
  for (let next = line.pop(); next !== undefined; next = line.pop()) {
    const place = placeOf(next.from, next.name, packages);
    if (place === null || seen.has(place)) continue;
    seen.add(place);
    for (const name of Object.keys(packages[place]?.[2].dependencies ?? {})) line.push({ from: place, name });
  }
  return seen;
}

function placeOf(from: string, name: string, packages: Packages): string | null {
  for (let parent = from; parent !== ""; parent = parent.slice(0, Math.max(0, parent.lastIndexOf("/")))) {
    if (Object.hasOwn(packages, `${parent}/${name}`)) return `${parent}/${name}`;
  }
  return Object.hasOwn(packages, name) ? name : null;
}

/** `a/@b/c` in the lock file is `@b/c` in the node_modules of `a`. */
function folderOf(place: string): string {
  const names = place.match(/(?:@[^/]+\/)?[^/]+/g) ?? [];
  return `${ROOT}node_modules/${names.join("/node_modules/")}`;
}

/** Bytes of the files of a package, without those of packages inside it. */
function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  const files = new Bun.Glob("**/*").scanSync({ cwd: folder, dot: true, onlyFiles: true });
  return [...files]
    .filter((file) => !file.startsWith("node_modules/"))
    .reduce((sum, file) => sum + statSync(`${folder}/${file}`).size, 0);
}

async function chartTimes() {
  const texts = new Map<string, string>();
  const standIn = startStandIn({
    answer(symbol, _times, good) {
      const text = texts.get(symbol) ?? JSON.stringify(good());
      texts.set(symbol, text);
      return new Response(text, { headers: { "content-type": "application/json" } });
    },
  });
  try {
    const nowMs = Date.UTC(2025, 0, 2);
    const provider = yahooProvider({ baseUrl: standIn.url, nowMs: () => nowMs });
    const range = { startMs: Date.UTC(2015, 0, 2), endMs: nowMs };
    const chart = async () => {
      const start = performance.now();
      const provided = await provider.bars({ symbol: "AAPL", interval: "1d", range, warmupBars: 0, adjusted: true });
      if (!provided.ok) throw new Error(provided.error.detail);
      return { spentMs: performance.now() - start, bars: provided.value.raw.timeMs.length };
    };
    const first = await chart();
    const times = [];
    for (let i = 0; i < CHARTS; i++) times.push((await chart()).spentMs);
    const url = standIn.asked.at(-1);
    const fetches = [];
    for (let i = 0; i < CHARTS; i++) {
      const start = performance.now();
      JSON.parse(await (await fetch(`${standIn.url}${url?.pathname}${url?.search}`)).text());
      fetches.push(performance.now() - start);
    }
    return { bars: first.bars, firstMs: first.spentMs, medianMs: median(times), fetchMs: median(fetches) };
  } finally {
    await standIn.stop();
  }
}
