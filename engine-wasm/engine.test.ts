import { describeEngine } from "../core/engine/conformance.ts";
import { loadEngineWasm } from "./load.ts";

describeEngine("wasm", loadEngineWasm);
