import { fileURLToPath } from "node:url";
import { millionMinutes, type Upload } from "../http/jobs.ts";
import { runProgram } from "../http/program.ts";
import type { FloodResult, FloodSpec } from "./spec.ts";

const FLOOD = fileURLToPath(new URL("./flood.ts", import.meta.url));

/** A load from another process, by autocannon. @throws {Error} when it fails */
export function flood(spec: FloodSpec): Promise<FloodResult> {
  return runProgram(FLOOD, JSON.stringify(spec));
}

/** One-minute bars to upload, a million at most. */
export function minutes(bars: number): Upload {
  const lines = millionMinutes().csv.split("\n");
  return { symbol: "MINUTES", csv: lines.slice(0, bars + 1).join("\n") };
}
