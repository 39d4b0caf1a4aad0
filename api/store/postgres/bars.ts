import type { BarVault } from "../../../core/jobs/store.ts";
import { barsIn } from "./reads.ts";
import type { Transactions } from "./transactions.ts";
import { insertBars } from "./write-changes.ts";

export function postgresBars({ long }: Pick<Transactions, "long">): BarVault {
  return {
    get: (hash) => long(null, (tx) => barsIn(tx, hash)),
    put: ({ hash, bytes }) =>
      long(null, async (tx) => {
        const [stored] = await tx.query("SELECT FROM bars WHERE hash = $1", [hash]);
        if (stored === undefined) await insertBars(tx, hash, bytes);
      }),
  };
}
