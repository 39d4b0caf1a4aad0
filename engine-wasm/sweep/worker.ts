import { parentPort, workerData } from "node:worker_threads";
import { type Binding, bind, REST, startKernels, takePieces, WORDS } from "./kernels.ts";

// A thread of a sweep: it is told the bindings of each sweep in a message, then sleeps on the bell and takes pieces until it is sent to rest.

interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

const { module, memory } = workerData as Start;
const kernels = await startKernels(module, memory);
const words = new Int32Array(memory.buffer, kernels.control(), WORDS.values);
/** How long a thread looks for work before it goes to sleep: phases follow each other closely. */
const LOOKS = 20_000;

parentPort?.on("message", ({ bindings, bell }: { readonly bindings: readonly Binding[]; readonly bell: number }) => {
  let heard = bell;
  const fail = () => Atomics.store(words, WORDS.failed, 1);
  const rest = () => {
    Atomics.add(words, WORDS.idle, 1);
    Atomics.notify(words, WORDS.idle);
  };
  try {
    bind(kernels, bindings);
  } catch (cause) {
    fail();
    process.stderr.write(`${Bun.inspect(cause)}\n`);
  }
  rest();
  while (true) {
    for (let look = 0; look < LOOKS && Atomics.load(words, WORDS.bell) === heard; look++);
    while (Atomics.load(words, WORDS.bell) === heard) Atomics.wait(words, WORDS.bell, heard);
    heard = Atomics.load(words, WORDS.bell);
    if (Atomics.load(words, WORDS.operation) === REST) return;
    try {
      if (!takePieces(kernels, words, () => Atomics.load(words, WORDS.failed) !== 0)) fail();
    } catch (cause) {
      fail();
      process.stderr.write(`${Bun.inspect(cause)}\n`);
    }
    rest();
  }
});
parentPort?.postMessage("ready");
