/** Where bars can come from, by the name a request uses. */
export const sources = {
  sample: "made-up prices, bundled",
  file: "a CSV or Parquet file",
} as const satisfies Readonly<Record<string, string>>;

export type SourceName = keyof typeof sources;
