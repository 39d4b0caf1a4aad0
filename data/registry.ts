/** Where bars can come from, by the name a request uses. */
export const sources = {
  yahoo: "Yahoo Finance, over the network, kept in a cache",
  dataset: "a file that was uploaded to the service",
  sample: "made-up prices, bundled",
  inline: "bars inside the request",
  file: "a CSV or Parquet file",
} as const satisfies Readonly<Record<string, string>>;
