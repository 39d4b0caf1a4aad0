import type { Config } from "../api/config.ts";
import { yahooBars } from "../api/wiring.ts";
import type { AppError } from "../core/errors.ts";
import type { BarProvider, BarQuery, ProvidedBars } from "../core/ports.ts";
import { ok, type Result } from "../core/result.ts";
import { fileProvider } from "../data/file.ts";
import { sampleProvider } from "../data/sample.ts";
import type { RunSource } from "./run-source.ts";
import type { Terminal } from "./terminal.ts";

/** What the sources that keep something in the data folder need to know. */
export type StoreSettings = Pick<Config, "dataDir" | "sqliteSynchronous" | "yahooBaseUrl">;

/**
 * The bars that a query asks a source for, told on the terminal while they are fetched. What is fetched is at hand when this resolves, so
 * that the run alone is timed after it. Errors: those of the source.
 * @param settings asked for where the source needs them
 */
export async function barsFor(
  { name, path }: RunSource,
  query: BarQuery,
  settings: () => Result<StoreSettings, AppError>,
  progress: Pick<Terminal, "writeError" | "interactiveErrors">,
): Promise<Result<BarProvider, AppError>> {
  if (name === "file") return ok(fileProvider(path));
  if (name === "sample") return ok(sampleProvider);
  const config = settings();
  if (!config.ok) return config;
  const provided =
    name === "dataset"
      ? await storedBars(query, config.value)
      : await telling(progress, `fetching ${query.symbol} from Yahoo…`, () =>
          yahooBars(config.value, () => Date.now()).bars(query),
        );
  return provided.ok ? ok({ bars: async () => provided }) : provided;
}

async function storedBars(query: BarQuery, settings: StoreSettings): Promise<Result<ProvidedBars, AppError>> {
  const [{ withStored }, { datasetProvider, noDataset }, { LOCAL_USER }] = await Promise.all([
    import("./stored.ts"),
    import("../data/dataset.ts"),
    import("../api/ids.ts"),
  ]);
  return withStored(settings, noDataset(query.symbol), ({ datasets, bars }) =>
    datasetProvider(datasets, bars, LOCAL_USER).bars(query),
  );
}

/** Shows a line where a person can see it for as long as the work takes. */
async function telling<T>(
  { writeError, interactiveErrors }: Pick<Terminal, "writeError" | "interactiveErrors">,
  line: string,
  work: () => Promise<T>,
): Promise<T> {
  if (interactiveErrors !== true) return work();
  writeError(line);
  try {
    return await work();
  } finally {
    writeError("\r\x1b[K");
  }
}
