// One memory for all threads: pieces are handed out upwards and never freed one by one; whoever starts a sweep rewinds to where the last one began.

const ALIGNMENT: usize = 64;
/** Control words, shared by all threads. */
const CONTROL: usize = (__heap_base + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
/** Number of 64-byte units handed out, so that 4 GiB fit into a word. */
const TOP: usize = CONTROL;
const CONTROL_BYTES: usize = 1024;

/** Where the caller's own control words begin. */
export function control(): usize {
  return CONTROL + 64;
}

/** Called once, by the thread that made the memory. */
export function found(): void {
  atomic.store<u32>(TOP, <u32>((CONTROL + CONTROL_BYTES) >>> 6));
}

/** Reserves bytes, on whichever thread: their address, a multiple of 64, or 0 when the memory cannot grow that far. */
export function reserve(bytes: f64): usize {
  if (!(bytes <= 4294000000.0)) return 0;
  const units = <u32>((<u64>bytes + 63) >>> 6);
  const at = atomic.add<u32>(TOP, units);
  const end = (<u64>at + units) << 6;
  if (end > 4294901760) {
    atomic.sub<u32>(TOP, units);
    return 0;
  }
  while (<u64>memory.size() << 16 < end) {
    const missing = <i32>((end - (<u64>memory.size() << 16) + 0xffff) >>> 16);
    if (missing > 0 && memory.grow(missing) < 0) {
      atomic.sub<u32>(TOP, units);
      return 0;
    }
  }
  return <usize>at << 6;
}

/** What `rewind` brings back: pieces reserved after this call are free again. */
export function level(): u32 {
  return atomic.load<u32>(TOP);
}

export function rewind(to: u32): void {
  atomic.store<u32>(TOP, to);
}
