import { engineTs } from "../../engine-ts/engine.ts";
import { loadEngineWasm } from "../../engine-wasm/load.ts";
import { describeBehaviour } from "./behaviour.ts";
import { describeSimulator } from "./simulator-behaviour.ts";

for (const describeIt of [describeBehaviour, describeSimulator]) {
  describeIt("ts", async () => engineTs);
  describeIt("wasm", loadEngineWasm);
}
