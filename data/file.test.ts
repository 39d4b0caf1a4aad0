import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { WHOLE_RANGE } from "../core/gate/range.ts";
import { describeBarProvider } from "./conformance.ts";
import { fileProvider } from "./file.ts";

const folder = mkdtempSync(join(tmpdir(), "backgrid-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

const csv = join(folder, "prices.csv");
const parquet = join(folder, "prices.data");
await Bun.write(csv, "Date,Open,High,Low,Close,Volume\n2020-01-02,10,12,9,11,100\n2020-01-03,11,13,10,12,200\n");
await Bun.write(
  parquet,
  parquetWriteBuffer({
    columnData: [
      { name: "Date", data: ["2020-01-02", "2020-01-03"], type: "STRING" },
      { name: "Open", data: [10, 11], type: "DOUBLE" },
      { name: "High", data: [12, 13], type: "DOUBLE" },
      { name: "Low", data: [9, 10], type: "DOUBLE" },
      { name: "Close", data: [11, 12], type: "DOUBLE" },
      { name: "Volume", data: [100, 200], type: "INT32" },
    ],
  }),
);

const query = { symbol: "PRICES", interval: null, range: WHOLE_RANGE, warmupBars: 0, adjusted: true };

for (const path of [csv, parquet]) {
  describe(path === csv ? "CSV" : "Parquet, told by its first bytes", () => {
    describeBarProvider("file", async () => ({
      provider: fileProvider(path),
      known: query,
      unknown: null,
    }));
  });
}

test("both forms give the same bars", async () => {
  const [a, b] = [await fileProvider(csv).bars(query), await fileProvider(parquet).bars(query)];
  if (!a.ok || !b.ok) throw new Error("a file was refused");
  expect([...b.value.raw.timeMs]).toEqual([...a.value.raw.timeMs]);
  expect([...b.value.raw.high]).toEqual([...a.value.raw.high]);
});

test.each([
  ["a file that does not exist", join(folder, "nothing.csv"), "not_found"],
  ["a directory", folder, "bad_data"],
  ["a device", "/dev/null", "bad_data"],
  ["a path through a file", join(csv, "x.csv"), "not_found"],
  ["a path that no system knows", "a\0b", "bad_data"],
] as const)("%s is refused", async (_name, path, code) => {
  expect(await fileProvider(path).bars(query)).toMatchObject({
    ok: false,
    error: { code, detail: expect.stringContaining(JSON.stringify(path)) },
  });
});
