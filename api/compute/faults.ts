/** Strategies that fail on purpose; they exist in tests of the service alone. What they do: commit-fault.ts. */
export const FAULTS = ["fault_loop", "fault_memory", "fault_throw", "fault_exit"] as const;
export type FaultName = (typeof FAULTS)[number];
