// Values that are made when they are needed.

/** Returns what gives the value, which is made at the first call and kept. What `make` throws is thrown at each call. */
export function lazy<Value>(make: () => Value): () => Value {
  let made: { value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
