/** A step of a Dockerfile, its lines joined: `RUN`, and what follows it. */
export interface Step {
  readonly name: string;
  readonly rest: string;
}

/** The steps of one image; `base` is a stage before it or an image from elsewhere. */
export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly steps: readonly Step[];
}

/** The stages of a Dockerfile, in order, with its arguments filled in where images are named. @throws {RangeError} for a step before the first `FROM` */
export function readDockerfile(text: string): readonly Stage[] {
  const args = new Map<string, string>();
  const stages: { name: string; base: string; steps: Step[] }[] = [];
  for (const { name, rest } of stepsOf(text)) {
    const last = stages.at(-1);
    if (name === "FROM") {
      const [image = "", , as] = rest.split(/\s+/);
      const base = image.replace(/\$\{(\w+)\}/g, (_, arg: string) => args.get(arg) ?? "");
      stages.push({ name: as ?? String(stages.length), base, steps: [] });
    } else if (last !== undefined) last.steps.push({ name, rest });
    else if (name === "ARG") args.set(rest.split("=")[0] ?? "", rest.slice(rest.indexOf("=") + 1));
    else throw new RangeError(`${name} comes before the first FROM`);
  }
  return stages;
}

function stepsOf(text: string): Step[] {
  const joined = text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "");
  return joined.split("\n").flatMap((line) => {
    const [, name, rest] = /^\s*([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return name === undefined || rest === undefined ? [] : [{ name, rest: rest.trim() }];
  });
}

/** What a `COPY` takes and where to; `from` is a stage, or null for the folder that the image is built from. */
export interface Copy {
  readonly from: string | null;
  readonly sources: readonly string[];
  readonly target: string;
}

export function readCopy(rest: string): Copy {
  const words = rest.split(/\s+/);
  const flags = words.filter((word) => word.startsWith("--"));
  const paths = words.filter((word) => !word.startsWith("--"));
  const from = flags.find((flag) => flag.startsWith("--from="))?.slice("--from=".length) ?? null;
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "." };
}

/** Which paths a `.dockerignore` lets through: its last line that speaks of a path, or of a folder above it, decides. */
export function readDockerignore(text: string): (path: string) => boolean {
  const rules = text.split("\n").flatMap((line) => {
    const pattern = line.trim();
    if (pattern === "" || pattern.startsWith("#")) return [];
    const isBack = pattern.startsWith("!");
    return [{ isBack, glob: new Bun.Glob(pattern.slice(isBack ? 1 : 0).replace(/^\/|\/$/g, "")) }];
  });
  return (path) => {
    const parts = path.split("/");
    const above = parts.map((_, i) => parts.slice(0, i + 1).join("/"));
    return rules.findLast(({ glob }) => above.some((one) => glob.match(one)))?.isBack ?? true;
  };
}
