// The date for the `created` field of GET /models, which neither source of the catalogue states.
import { catalogDate } from "./data.ts";

const DAY = /(?:^|\D)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?:\D|$)/;

/**
 * Unix seconds of the earliest date that one of the names carries (`gpt-4o-mini-2024-07-18`), else
 * of the day the catalogue's data was made.
 */
export function createdOf(names: readonly string[]): number {
  const dates = names.flatMap((name) => {
    const match = DAY.exec(name);
    return match === null ? [] : [`${match[1]}-${match[2]}-${match[3]}`];
  });
  const [earliest = catalogDate] = dates.sort();
  return Date.parse(`${earliest}T00:00:00Z`) / 1000;
}
