import { describeBarVault, describeDatasetStore, describeJobStore } from "../../api/store/conformance.ts";
import type { StoreCase } from "../../api/store/test-jobs.ts";
import { memoryStores } from "./memory-store.ts";

async function open(): Promise<StoreCase> {
  let now = 0;
  const stores = memoryStores(() => now);
  const setClock = (nowMs: number) => {
    now = nowMs;
  };
  return { ...stores, setClock, close: () => stores.jobs.close() };
}

describeJobStore("memory", open);
describeBarVault("memory", open);
describeDatasetStore("memory", open);
