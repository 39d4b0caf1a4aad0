import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** When a process started, in clock ticks since boot; null where it does not run or the system cannot tell. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may hold anything; the fields that count come after it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ended = fields[0] === "Z" || fields[0] === "X";
    return ended ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** The name under which this process holds leases: pid and start time, so that a new process with an old pid is another one. */
export function processName(pid: number = process.pid): string {
  return `${pid}:${startOf(pid) ?? ""}`;
}

/** True for the name of a process of this machine that runs no more. */
export function isDeadProcess(name: string): boolean {
  const [pid = "", start = ""] = name.split(":");
  if (!/^[1-9]\d*$/.test(pid)) return false;
  if (start !== "") return startOf(Number(pid)) !== start;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/** The name under which this process holds leases in a store that other machines share: also tells where its pid counts. */
export function fleetProcessName(pid: number = process.pid): string {
  return `${placeName()}/${processName(pid)}`;
}

/** True for the name of a process that runs no more, as far as that can be told from here. */
export function isDeadFleetProcess(name: string): boolean {
  const [place, local] = name.split("/");
  return local !== undefined && place === placeName() && isDeadProcess(local);
}

/** Names the machine since its start, and the space that pids are counted in: two containers may have the same pids and, if told to, the same host name. */
function placeName(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return `${boot}.${/\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? ""}`;
  } catch {
    return hostname().replaceAll("/", "");
  }
}
