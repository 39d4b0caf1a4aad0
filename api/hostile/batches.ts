import type { ErrorCode } from "../../core/errors.ts";
import type { HostileRequest } from "./requests.ts";

export const BATCHES = "/api/v1/batches";
const ONE = '["SAMPLE-TREND"]';
const A_JOB = '{"source":"sample","strategy":"momentum"}';

/** Values that a field of a batch may not have, as JSON text. */
export const BAD_BATCH_VALUES: Readonly<Record<string, readonly string[]>> = {
  symbols: [
    "1",
    "null",
    "[]",
    "{}",
    '"SAMPLE-TREND"',
    '{"0":"SAMPLE-TREND","length":1}',
    '["SAMPLE-TREND","SAMPLE-TREND"]',
    '["SAMPLE-TREND","sample-trend"]',
    '["../../etc/passwd"]',
    '["A\\u0000"]',
    '["\\ud800"]',
    '["ſ"]',
    "[null]",
    "[[]]",
    '[["SAMPLE-TREND"]]',
    '[{"symbol":"SAMPLE-TREND"}]',
    `["${"A".repeat(500)}"]`,
    `[${Array.from({ length: 1001 }, (_, k) => `"S${k}"`)}]`,
    `[${"0,".repeat(1_000_000)}0]`,
  ],
  job: [
    ...["1", "null", "[]", "{}", '"x"', "true", `[${A_JOB}]`],
    ...['{"strategy":"nope"}', '{"strategy":"__proto__"}', '{"strategy":"signals","signals":[]}'],
    '{"strategy":"momentum","symbol":"SAMPLE-TREND"}',
    '{"strategy":"momentum","symbols":["SAMPLE-TREND"]}',
    '{"strategy":"momentum","bars":{"time":["2020-01-02"],"open":[1],"high":[1],"low":[1],"close":[1]}}',
    '{"strategy":"momentum","source":"inline"}',
    '{"strategy":"momentum","source":"http://169.254.169.254/"}',
    '{"strategy":"momentum","params":{"lookback":0}}',
    '{"strategy":"momentum","params":{"lookback":[5,10]}}',
    '{"strategy":"momentum","__proto__":1}',
    '{"strategy":"momentum","cash":1,"initial_cash":1}',
  ],
  sweep: [
    ...["1", "null", "[]", "{}", '"x"', "true"],
    ...['{"strategy":"signals"}', '{"strategy":"momentum","params":{"lookback":[]}}', '{"strategy":"momentum","top":-1}'],
    '{"strategy":"momentum","symbol":"SAMPLE-TREND"}',
    '{"strategy":"momentum","mode":"rolling"}',
    '{"strategy":"momentum","params":{"lookback":{"from":5,"to":1e400}}}',
    '{"strategy":"ma_crossover","params":{"fast":[50,60],"slow":[40]}}',
  ],
};

/** Grids that are too large for so many symbols, or more text than is kept of a batch, and the field that is to be named. */
const COSTLY_BATCHES: readonly (readonly [symbols: number, sweep: string, field: string])[] = [
  [1, '{"strategy":"ma_crossover","params":{"fast":{"from":1,"to":5000},"slow":{"from":1,"to":5000}}}', "sweep"],
  [1000, '{"strategy":"ma_crossover","params":{"fast":{"from":1,"to":200},"slow":{"from":201,"to":400}}}', "symbols"],
  [
    1000,
    `{"strategy":"supertrend","params":{"multiplier":[${Array.from({ length: 5000 }, (_, k) => (k + 1) / 1000)}]},"constraints":["multiplier < 0.002"]}`,
    "symbols",
  ],
];

/** A batch of these fields, as JSON texts. */
function batch(name: string, fields: Readonly<Record<string, string>>, code: ErrorCode, field: string): HostileRequest {
  const texts = Object.entries(fields).map(([key, text]) => `"${key}":${text}`);
  const headers = { "content-type": "application/json" };
  const body = Buffer.from(`{${texts.join(",")}}`);
  return { name: `a batch with ${name}`, method: "POST", path: BATCHES, headers, body, codes: [code], field };
}

/** A good batch, but for one field. */
function badBatch(field: string, value: string): HostileRequest {
  const good = field === "sweep" ? { symbols: ONE } : { symbols: ONE, job: A_JOB };
  return batch(`${field} ${value.slice(0, 60)}`, { ...good, [field]: value }, "invalid_request", field);
}

export const BATCH_REQUESTS: readonly HostileRequest[] = [
  ...Object.entries(BAD_BATCH_VALUES).flatMap(([field, values]) => values.map((value) => badBatch(field, value))),
  ...COSTLY_BATCHES.map(([count, sweep, field]) => {
    const symbols = `[${Array.from({ length: count }, (_, k) => `"S${k}"`)}]`;
    return batch(`${count} symbols and ${sweep.slice(0, 60)}`, { symbols, sweep }, "too_costly", field);
  }),
  batch("neither a job nor a sweep", { symbols: ONE }, "invalid_request", "job"),
  batch("both a job and a sweep", { symbols: ONE, job: A_JOB, sweep: A_JOB }, "invalid_request", "sweep"),
  batch("a field that is none", { symbols: ONE, job: A_JOB, walk_forward: "{}" }, "invalid_request", "walk_forward"),
  batch("one sample that does not exist", { symbols: '["SAMPLE-TREND","CON"]', job: A_JOB }, "not_found", "symbols.1"),
  batch(
    "datasets that do not exist",
    { symbols: '["NUL","AUX"]', sweep: '{"source":"dataset","strategy":"momentum"}' },
    "not_found",
    "symbols",
  ),
];
