/**
 * What the promise gives, if it does so in time; what comes later is of no interest.
 * @throws when it does not
 */
export async function within<T>(ms: number, who: string, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${who} did not answer within ${ms} ms`)), ms);
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
