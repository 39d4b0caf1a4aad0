import { fileURLToPath } from "node:url";
import type { Call, LoadResult, LoadSpec, PacedResult, PacedSpec } from "./spec.ts";

/** Path of a program beside this file. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/**
 * Runs a program in a process of its own and gives the JSON that it prints.
 * @throws {Error} when it fails
 */
export async function runProgram<T>(name: string, ...args: readonly string[]): Promise<T> {
  const child = Bun.spawn([process.execPath, programPath(name), ...args], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  return jsonOf(name, child);
}

async function jsonOf<T>(name: string, child: Bun.Subprocess<"ignore" | "pipe", "pipe", "inherit">): Promise<T> {
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`${name} failed`);
  return JSON.parse(text);
}

/** A load from another process, by autocannon. */
export function load(spec: LoadSpec): Promise<LoadResult> {
  return runProgram("load.ts", JSON.stringify(spec));
}

/** Requests from another process, timed with a fine clock. */
export function paced(spec: PacedSpec): Promise<PacedResult> {
  return runProgram("paced.ts", JSON.stringify(spec));
}

const PREPARING_MS = 1500;
/** Longer than any work takes. */
const MOST_SECONDS = 120;

/** Requests at a rate, from another process, for exactly as long as some work takes. */
export async function pacedDuring<T>(call: Call, perSecond: number, work: () => Promise<T>): Promise<[PacedResult, T]> {
  const beginMs = Date.now() + PREPARING_MS;
  const spec: PacedSpec = { call, perSecond, warmup: 20, count: perSecond * MOST_SECONDS, beginMs };
  const child = Bun.spawn([process.execPath, programPath("paced.ts"), JSON.stringify(spec)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  await Bun.sleep(beginMs - Date.now());
  const done = await work();
  await child.stdin.end();
  return [await jsonOf("paced.ts", child), done];
}

/** A program beside this file that serves HTTP. Disposing of it ends it. */
export interface ServingProgram extends AsyncDisposable {
  readonly url: string;
}

/** Starts a program that prints its address when it serves, and ends when its standard input does. */
export async function startProgram(name: string, ...args: readonly string[]): Promise<ServingProgram> {
  const child = Bun.spawn([process.execPath, programPath(name), ...args], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const end = async () => {
    await child.stdin.end();
    await child.exited;
  };
  const url = await firstLine(child.stdout);
  if (url !== null) return { url, [Symbol.asyncDispose]: end };
  await end();
  throw new Error(`${name} printed no address`);
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  const text = new TextDecoder();
  let line = "";
  for await (const chunk of stream) {
    line += text.decode(chunk, { stream: true });
    if (line.includes("\n")) return line.trim();
  }
  return null;
}
