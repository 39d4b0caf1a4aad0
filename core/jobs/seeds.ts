/** Seeds of interleavings that once showed a fault, in the rules or in changes made to them on purpose. They are played first. */
export const FOUND_SEEDS: readonly number[] = [0, 1, 3, 4, 5, 6, 8, 13, 23, 27, 74, 75, 458, 4162];
