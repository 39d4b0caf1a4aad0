import { FAULTS, type FaultName } from "./faults.ts";

const PIECE_BYTES = 16 * 2 ** 20;
const PAUSE_MS = 5;
const EXIT_CODE = 7;

/**
 * Does what the request asks for when its strategy is one that fails on purpose, and does not come back then.
 * @param request JSON text
 * @throws {Error} what stands for a bug, for fault_throw
 */
export function commitFaultOf(request: string): void {
  const fields: unknown = JSON.parse(request);
  if (typeof fields !== "object" || fields === null || !("strategy" in fields)) return;
  const fault = FAULTS.find((name) => name === fields.strategy);
  if (fault !== undefined) commit(fault);
}

function commit(fault: FaultName): never {
  switch (fault) {
    case "fault_throw":
      throw new Error("fault_throw was asked for");
    case "fault_exit":
      return process.exit(EXIT_CODE);
    case "fault_memory":
      for (const held: Uint8Array[] = []; ; ) {
        held.push(new Uint8Array(PIECE_BYTES).fill(held.length + 1));
        Bun.sleepSync(PAUSE_MS);
      }
    case "fault_loop":
      for (;;);
  }
}
