// What does not add up, gathered with a limit: books that are damaged all over must not fill the memory.

/** One thing that does not add up. */
export interface Discrepancy {
  accountId: string;
  accountName: string;
  rule: string;
  detail: string;
}

/** How many discrepancies of one rule are listed; the others are only counted. */
export const MAX_LISTED_PER_RULE = 20;

export interface Findings {
  add(rule: string, accountId: string, detail: string): void;
  listed(): Discrepancy[];
  /** How many more there are than are listed. */
  notListed(): number;
}

/** @param nameOf gives an account's name; undefined for one that does not exist. */
export function createFindings(nameOf: (accountId: string) => string | undefined): Findings {
  const listed: Discrepancy[] = [];
  const countByRule = new Map<string, number>();
  let notListed = 0;
  return {
    add(rule, accountId, detail) {
      const count = (countByRule.get(rule) ?? 0) + 1;
      countByRule.set(rule, count);
      if (count > MAX_LISTED_PER_RULE) {
        notListed++;
        return;
      }
      const accountName = nameOf(accountId) ?? "(no such account)";
      listed.push({ accountId, accountName, rule, detail });
    },
    listed: () => listed,
    notListed: () => notListed,
  };
}
