import type { Ledger } from "./ledger.ts";
import type { Needs } from "./lock-rows.ts";

/** One change of a user's jobs, carried out in one transaction, with others or alone. */
export interface Operation<T> {
  readonly needs: Needs;
  /** About how much it sends: what is large has a transaction of its own. */
  readonly bytes: number;
  /** Works on the ledger alone, and may be done again with another when the transaction was undone. */
  carryOut(ledger: Ledger): T;
}
