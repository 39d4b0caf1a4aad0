import { describeEngine } from "../core/engine/conformance.ts";
import { describeMetrics } from "../core/metrics/conformance.ts";
import { loadEngineWasm } from "./load.ts";

describeEngine("wasm", loadEngineWasm);
describeMetrics("wasm", loadEngineWasm);
