import type { BarProvider } from "../core/ports.ts";
import { fileProvider } from "./file.ts";
import { sampleProvider } from "./sample.ts";

/** Where bars can come from, by the name a request uses. */
export const sources = {
  sample: sampleProvider,
  file: fileProvider,
} as const satisfies Readonly<Record<string, BarProvider>>;

export type SourceName = keyof typeof sources;
