/** A process of its own on the folder of a test, which is its first argument; the others say what it does. */
import { isDeadProcess, processName } from "../api/process-name.ts";
import { directorySeries } from "./series-directory.ts";
import { actOn } from "./test-series.ts";

const [folder = "", ...act] = process.argv.slice(2);
await actOn(directorySeries(folder, Date.now, { own: processName(), isDead: isDeadProcess }), act);
