// Waiting for something to become true, instead of for some time to pass.

const PAUSE_MS = 5;

/**
 * Resolves when the condition holds.
 * @throws Error, which says what was awaited, when it never does.
 */
export async function waitUntil(
  condition: () => boolean,
  what: string,
  limitMs = 5_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await Bun.sleep(PAUSE_MS);
  }
}

/** The promise's value, or an error that says what was awaited when it does not settle in time. */
export async function within<T>(promise: Promise<T>, what: string, limitMs = 5_000): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`waited ${limitMs} ms in vain: ${what}`)),
    limitMs,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
