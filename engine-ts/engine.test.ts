import { describeEngine } from "../core/engine/conformance.ts";
import { describeMetrics } from "../core/metrics/conformance.ts";
import { engineTs } from "./engine.ts";

describeEngine("ts", async () => engineTs);
describeMetrics("ts", async () => engineTs);
