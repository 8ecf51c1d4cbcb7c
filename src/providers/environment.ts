// Reading the environment variables that providers are known by.

export type Environment = Readonly<Record<string, string | undefined>>;

/** The first variable that is set to more than blanks, or null. */
export function readVariable(env: Environment, names: readonly string[]): string | null {
  for (const name of names) {
    const value = env[name]?.trim();
    if (value) return value;
  }
  return null;
}

/** The first variable that is set. @throws Error that names them when none is */
export function requireVariable(env: Environment, names: readonly string[]): string {
  const value = readVariable(env, names);
  if (value === null) throw new Error(`${names.join(" or ")} is not set`);
  return value;
}
