// The checks of a long run: each by name, whether it holds, and what was seen.

export interface Check {
  name: string;
  holds: boolean;
  detail: string;
}

export const check = (name: string, holds: boolean, detail: unknown): Check => ({
  name,
  holds,
  detail: JSON.stringify(detail) ?? "",
});

/** Says which do not hold, then "N passed, N failed". Returns the exit code. */
export function tell(checks: readonly Check[], say: (line: string) => void): number {
  const failed = checks.filter(({ holds }) => !holds);
  for (const { name, detail } of failed) say(`FAIL ${name}: ${detail}`);
  say(`${checks.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}
