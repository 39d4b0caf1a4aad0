import type { BatchId, JobId, UserId } from "../core/jobs/job.ts";

/** The one user of a server without accounts. */
export const LOCAL_USER = "00000000-0000-7000-8000-000000000001" as UserId;

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isJobId(text: string): text is JobId {
  return UUID_V7.test(text);
}

export function isBatchId(text: string): text is BatchId {
  return UUID_V7.test(text);
}

/** When an id was made, epoch ms. */
export function timeOf(id: JobId): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** A new id as that of a batch: all are drawn from one row. */
export function batchIdOf(id: JobId): BatchId {
  return id as string as BatchId;
}

/** The 74 bits of chance in a UUID v7, as 22 + 26 + 26 bits, which keeps every sum exact. */
const HIGH = 2 ** 22;
const PART = 2 ** 26;

/**
 * Makes UUIDs v7 that rise from call to call: within a millisecond, and while the clock stands or goes back, the next one is the last one
 * plus a random step of up to 26 bits.
 *
 * @param clock  epoch ms
 * @param random fills with random bits
 * @see RFC 9562, section 6.2, method 2
 */
export function jobIds(
  clock: () => number,
  random: (words: Uint32Array<ArrayBuffer>) => void = (words) => crypto.getRandomValues(words),
): () => JobId {
  const words = new Uint32Array(3 * 64);
  let used = words.length;
  let lastMs = -1;
  let [high, middle, low] = [0, 0, 0];

  const word = () => {
    if (used === words.length) {
      random(words);
      used = 0;
    }
    return words[used++] ?? 0;
  };
  const draw = (ms: number) => {
    lastMs = ms;
    [high, middle, low] = [word() % HIGH, word() % PART, word() % PART];
  };
  const step = () => {
    low += 1 + (word() % PART);
    if (low >= PART) {
      low -= PART;
      middle++;
    }
    if (middle >= PART) {
      middle = 0;
      high++;
    }
    if (high >= HIGH) draw(lastMs + 1);
  };

  return () => {
    const now = clock();
    if (now > lastMs) draw(now);
    else step();
    const time = hex(lastMs, 12);
    const version = hex(0x7000 + Math.floor(high / 1024), 4);
    const variant = hex(0x8000 + (high % 1024) * 16 + Math.floor(middle / 2 ** 22), 4);
    const rest = hex((middle % 2 ** 22) * PART + low, 12);
    return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${rest}` as JobId;
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
