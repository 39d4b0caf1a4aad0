/**
 * Waits until it holds, asked every few milliseconds.
 * @throws after `ms`
 */
export async function until(holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it did not hold within ${ms} ms: ${holds}`);
    await Bun.sleep(5);
  }
}
