// One arena for everything: it is rewound for each run, never freed piecemeal, so that memory does not grow with the number of runs.

const ALIGNMENT: usize = 64;
let top: usize = (__heap_base + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

/** Reserves bytes and returns their address, or 0 when the memory cannot grow that far. */
export function reserve(bytes: f64): usize {
  const at = top;
  const end = <f64>at + bytes;
  if (end > 4294901760.0) return 0;
  const next = (at + <usize>bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  const missing = <i32>((next + 0xffff) >>> 16) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) return 0;
  top = next;
  return at;
}

/** The address that `rewind` brings back. */
export function level(): usize {
  return top;
}

export function rewind(to: usize): void {
  top = to;
}
