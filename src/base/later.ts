// A synchronous function's type as it is through a port, where what it returns comes later.

/** Resolves with what the function returns, or rejects with what it throws. */
export type Later<F> = F extends (...takes: infer A) => infer R
  ? (...takes: A) => Promise<R>
  : never;
