type Observe = (call: string, seconds: number) => void;

/** The same store, each of whose calls is told with its time, however it ends. */
export function timed<T extends object>(store: T, observe: Observe): T {
  return new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function" || typeof name !== "string") return member;
      return (...given: unknown[]) => {
        const startedMs = performance.now();
        const done = () => observe(name, (performance.now() - startedMs) / 1000);
        const result: unknown = Reflect.apply(member, target, given);
        if (result instanceof Promise) result.then(done, done);
        return result;
      };
    },
  });
}
