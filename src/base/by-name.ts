// Tables that are asked for names from outside.

/**
 * A table that has its own entries alone. A plain object has a `constructor` and a `toString` too, which a caller's field
 * or a provider's word may be called.
 */
export function byName<Value>(
  entries: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  return Object.assign(Object.create(null), entries);
}
