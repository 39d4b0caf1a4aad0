import { describeEngine } from "../core/engine/conformance.ts";
import { engineTs } from "./engine.ts";

describeEngine("ts", async () => engineTs);
