// Reading the environment variables that providers are known by.

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of the clouds, each with the other names that their own tools use; the first that is set counts. */
export const AWS_REGION = ["AWS_REGION", "AWS_DEFAULT_REGION"] as const;
export const GOOGLE_PROJECT = ["GOOGLE_VERTEX_PROJECT", "GOOGLE_CLOUD_PROJECT"] as const;
export const GOOGLE_LOCATION = ["GOOGLE_VERTEX_LOCATION", "GOOGLE_CLOUD_LOCATION"] as const;

/** The first variable that is set to more than blanks, or null. */
export function readVariable(env: Environment, names: readonly string[]): string | null {
  for (const name of names) {
    const value = env[name]?.trim();
    if (value) return value;
  }
  return null;
}
