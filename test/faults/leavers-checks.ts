// What must hold when thousands of clients have left.
import { type Check, check } from "./checks.ts";
import { type LeaversResult, RSS_GROWTH_BYTES } from "./leavers-run.ts";

/** What the runtime itself opens now and then. */
const SPARE_DESCRIPTORS = 4;

export function leaverChecks(result: LeaversResult): Check[] {
  const { remains, expected, rssAfter, rssBefore, descriptorsAfter, descriptorsBefore } = result;
  const growth = rssAfter - rssBefore;
  return [
    check("memory is flat", growth <= RSS_GROWTH_BYTES, { rssBefore, rssAfter }),
    check("descriptors are closed", descriptorsAfter <= descriptorsBefore + SPARE_DESCRIPTORS, {
      descriptorsBefore,
      descriptorsAfter,
    }),
    check("each request has ended once, as it should", sameCounts(remains.endings, expected), {
      expected,
      endings: remains.endings,
    }),
    check("nothing is held", remains.verify.open_holds === 0, remains.verify),
    check("the books are right", remains.verify.discrepancies.length === 0, remains.verify),
    check("the server ends in good order", remains.exitCode === 0, remains.exitCode),
    check("nothing alarms the operator", remains.log === "", remains.log.slice(0, 2_000)),
  ];
}

const sameCounts = (a: Record<string, number>, b: Record<string, number>): boolean =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => a[key] === b[key]);
