import type { Sha256 } from "../../core/run/canonical.ts";

/** Unlike with the portable one nothing is copied and no thread is woken. */
export const sha256: Sha256 = (parts) => {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of parts) hasher.update(part);
  return hasher.digest("hex");
};
