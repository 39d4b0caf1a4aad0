const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/**
 * A write that is worth trying again while the store is away, such as over a restart of its server: what was computed would have to be computed again.
 * Gives what the write gave; where an earlier try was rejected and a later one finds nothing to write, what `isWritten` says, where it is given:
 * the earlier one may have been committed without being told.
 * @throws the last cause when it still fails after `ms`
 */
export async function insisting(
  write: () => Promise<boolean>,
  isWritten: (() => boolean | Promise<boolean>) | null,
  ms: number,
): Promise<boolean> {
  const until = performance.now() + ms;
  for (let tries = 0; ; tries++) {
    try {
      const written = await write();
      return written || (tries > 0 && isWritten !== null && (await isWritten()));
    } catch (cause) {
      if (performance.now() > until) throw cause;
      await Bun.sleep(Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS));
    }
  }
}
