import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** A sample stands for at most this long: what is longer was spent waiting. */
const MOST_US = 2000;
const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)/;
const OWN = /\/((?:api|cli|core|data|engine-wasm)\/.*)$/;
const NONE = "the runtime itself";

/**
 * Where the time of the processes goes whose profiles lie in a folder: shares of their JavaScript, by the package or the file of ours nearest to what ran;
 * what the runtime does on behalf of one counts as its.
 */
export function sharesOf(folder: string): readonly (readonly [place: string, share: number])[] {
  const spent = new Map<string, number>();
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".cpuprofile")) addProfile(spent, JSON.parse(readFileSync(join(folder, name), "utf8")));
  }
  const total = [...spent.values()].reduce((sum, us) => sum + us, 0);
  return [...spent].map(([place, us]) => [place, us / total] as const).toSorted(([, a], [, b]) => b - a);
}

function addProfile(spent: Map<string, number>, { nodes, samples, timeDeltas }: Profile): void {
  const places = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id] as const)));
  const placeOf = (id: number | undefined): string => {
    const node = id === undefined ? undefined : byId.get(id);
    if (node === undefined) return NONE;
    const known = places.get(node.id);
    if (known !== undefined) return known;
    const { url } = node.callFrame;
    const place = PACKAGE.exec(url)?.[1] ?? OWN.exec(url)?.[1] ?? placeOf(parents.get(node.id));
    places.set(node.id, place);
    return place;
  };
  for (const [at, id] of samples.entries()) {
    const place = placeOf(id);
    spent.set(place, (spent.get(place) ?? 0) + Math.min(timeDeltas[at] ?? 0, MOST_US));
  }
}
